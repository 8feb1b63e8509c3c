import {
  Card,
  CardBody,
  CardTitle,
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
  Progress,
  Title,
} from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { lifecycle } from '@sealift/core/upgrade';
import type { ReactNode } from 'react';
import { Moment } from '../../../components/moment.tsx';
import { RunControls } from './run-controls.tsx';
import { WaitingFor } from './waiting-for.tsx';

/** How far the whole upgrade is, the one thing it waits for, and who approved it. */
export function RunProgress({ upgrade }: { upgrade: Upgrade }) {
  return (
    <Card>
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          Progress
        </Title>
      </CardTitle>
      <CardBody>
        <Progress
          value={Math.floor(upgrade.fraction * 100)}
          aria-label="Progress of the upgrade"
          {...(upgrade.failure === null ? {} : { variant: 'danger' as const })}
          {...(upgrade.state === 'succeeded' ? { variant: 'success' as const } : {})}
        />
        <DescriptionList isCompact className="run-facts">
          {upgrade.finishedAt === null && (
            <Fact term="Waiting for">
              <WaitingFor wait={upgrade.waitingFor} isMoving={lifecycle[upgrade.state].needsEngine} />
            </Fact>
          )}
          <Fact term="Confirmed by">
            {upgrade.confirmedBy}
            {upgrade.confirmedAt !== null && (
              <>
                , <Moment at={upgrade.confirmedAt} />
              </>
            )}
          </Fact>
          {upgrade.finishedAt !== null && (
            <Fact term="Finished">
              <Moment at={upgrade.finishedAt} />
            </Fact>
          )}
          {upgrade.hash !== null && (
            <Fact term="Approved plan and values (SHA-256)">
              <code className="hash">{upgrade.hash}</code>
            </Fact>
          )}
        </DescriptionList>
        <RunControls upgrade={upgrade} />
      </CardBody>
    </Card>
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
