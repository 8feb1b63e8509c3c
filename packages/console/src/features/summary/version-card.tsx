import {
  Card,
  CardBody,
  CardTitle,
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
  Title,
} from '@patternfly/react-core';
import type { Summary } from '@sealift/core/api';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { LockedButton } from '../../components/locked-button.tsx';
import { preparePath } from '../../components/update-link.ts';

/** Installed version, the update at hand, and what this console itself stands on. */
export function VersionCard({ summary }: { summary: Summary }) {
  const ready = summary.nodes.filter((node) => node.ready).length;
  return (
    <Card isFullHeight>
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          Platform
        </Title>
      </CardTitle>
      <CardBody>
        <DescriptionList isHorizontal isCompact>
          <Fact term="Installed version">
            <strong>
              {summary.product} {summary.version}
              {summary.partlyUpgraded !== null && `, partly upgraded to ${summary.partlyUpgraded.to}`}
            </strong>
          </Fact>
          <Fact term="Available update">
            <UpdateFact summary={summary} />
          </Fact>
          <Fact term="Nodes">
            {summary.nodesKnown
              ? `${ready} of ${summary.nodes.length} ready`
              : 'Unknown: the cluster could not be asked'}
          </Fact>
          <Fact term="Cluster">{summary.simulated ? 'Simulated vSphere cluster' : 'vSphere cluster'}</Fact>
          {summary.vcenter !== null && <Fact term="vCenter">{summary.vcenter}</Fact>}
          <Fact term="Store">
            {summary.store === 'postgresql'
              ? 'PostgreSQL'
              : 'Embedded, for evaluation: it does not survive a power loss. Set DATABASE_URL to use PostgreSQL.'}
          </Fact>
        </DescriptionList>
      </CardBody>
    </Card>
  );
}

function UpdateFact({ summary }: { summary: Summary }) {
  if (summary.lockedBy !== null) {
    return <Link to={`/updates/${encodeURIComponent(summary.lockedBy)}`}>An upgrade is running</Link>;
  }
  if (summary.update === null) return <>None in the catalogue</>;
  return <Offer version={summary.update.version} />;
}

function Offer({ version }: { version: string }) {
  const navigate = useNavigate();
  return (
    <span className="update-offer">
      <Link to="/updates">Version {version} is available</Link>
      <LockedButton size="sm" onClick={() => void navigate(preparePath(version))} aria-label={`Update to ${version}`}>
        Update
      </LockedButton>
    </span>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <DescriptionListGroup>
      <DescriptionListTerm>{term}</DescriptionListTerm>
      <DescriptionListDescription>{children}</DescriptionListDescription>
    </DescriptionListGroup>
  );
}
