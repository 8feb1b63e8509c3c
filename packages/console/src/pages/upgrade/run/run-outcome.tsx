import { Card, CardBody, CardTitle, Title } from '@patternfly/react-core';
import type { Upgrade, UpgradeState } from '@sealift/core/api';
import { Link } from 'react-router';
import { useSummary } from '../../../api/platform.ts';
import { FailureNotice, Notice } from '../../../components/error-notice.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { StatementLine } from '../../../components/statement-line.tsx';

/** How an upgrade ended, or why it stands still; nothing while it simply runs. */
export function RunOutcome({ upgrade }: { upgrade: Upgrade }) {
  if (upgrade.state === 'succeeded') return <Succeeded upgrade={upgrade} />;
  const sentence = sentences[upgrade.state];
  return (
    <>
      {upgrade.failure !== null && <FailureNotice {...upgrade.failure} />}
      {sentence !== undefined && <Notice variant="warning" title={sentence} />}
    </>
  );
}

const sentences: Readonly<Partial<Record<UpgradeState, string>>> = {
  paused: 'The upgrade is paused; it goes on from this step when it is resumed.',
  aborting: 'The upgrade stops at the next safe point.',
  aborted: 'The upgrade was aborted. What the steps below did stays as it is.',
  failed: 'The upgrade failed. The steps below say how far it got.',
  'rolling-back': 'The steps that were done are being taken back.',
  'rolled-back': 'The site is back as it was before the upgrade.',
  'needs-human': 'The upgrade needs a person: the console stays locked until the cause is dealt with.',
};

function Succeeded({ upgrade }: { upgrade: Upgrade }) {
  const summary = useSummary();
  return (
    <Card className="outcome">
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          {upgrade.product} {upgrade.to} is installed
        </Title>
      </CardTitle>
      <CardBody>
        <QueryView query={summary} what="the validation">
          {({ statements }) =>
            statements.map((statement) => <StatementLine key={statement.text} statement={statement} />)
          }
        </QueryView>
        <Link to="/" className="pf-v6-c-button pf-m-secondary">
          Go to Summary
        </Link>
      </CardBody>
    </Card>
  );
}
