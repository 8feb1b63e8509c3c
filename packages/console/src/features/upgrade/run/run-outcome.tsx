import { Card, CardBody, CardTitle, Title } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { isFinal, lifecycle } from '@sealift/core/upgrade';
import { Link } from 'react-router';
import { useSummary } from '../../../api/platform.ts';
import { FailureNotice, Notice } from '../../../components/error-notice.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { StatementLine } from '../../../components/statement-line.tsx';

/** How an upgrade ended, or why it stands still; nothing while it simply runs. */
export function RunOutcome({ upgrade }: { upgrade: Upgrade }) {
  if (upgrade.state === 'succeeded') return <Succeeded upgrade={upgrade} />;
  const { meaning } = lifecycle[upgrade.state];
  return (
    <>
      {upgrade.failure !== null && <FailureNotice {...upgrade.failure} />}
      {meaning !== '' && (
        <Notice variant="warning" title={meaning}>
          {upgrade.state === 'aborted' && upgrade.rollback?.possible === true && (
            <p>Two ways on: start the update again, which goes on from here, or roll back to {upgrade.from}. </p>
          )}
          {isFinal(upgrade.state) && <Link to="/">What runs now, and the ways on, are in the Summary</Link>}
        </Notice>
      )}
    </>
  );
}

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
