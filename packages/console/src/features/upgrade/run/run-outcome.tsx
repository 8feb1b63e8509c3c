import { Card, CardBody, CardTitle, Title } from '@patternfly/react-core';
import type { PartlyUpgraded, Upgrade } from '@sealift/core/api';
import { isFinal, isForValues, lifecycle } from '@sealift/core/upgrade';
import { Link } from 'react-router';
import { useSummary } from '../../../api/platform.ts';
import { FailureNotice, Notice } from '../../../components/error-notice.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { StatementLine } from '../../../components/statement-line.tsx';
import { preparePath } from '../../../components/update-link.ts';

/** How an upgrade ended, or why it stands still; nothing while it simply runs. */
export function RunOutcome({ upgrade }: { upgrade: Upgrade }) {
  if (upgrade.state === 'succeeded') return <Succeeded upgrade={upgrade} />;
  const { meaning } = lifecycle[upgrade.state];
  return (
    <div className="outcome">
      {upgrade.failure !== null && <FailureNotice {...upgrade.failure} />}
      {meaning !== '' && (
        <Notice variant="warning" title={meaning}>
          {isFinal(upgrade.state) && <WaysOn upgrade={upgrade} />}
          {isFinal(upgrade.state) && <Link to="/">What runs now, and the ways on, are in the Summary</Link>}
        </Notice>
      )}
    </div>
  );
}

/** That the site is between two releases, and what can be done about it; it counts for the last upgrade alone. */
function WaysOn({ upgrade }: { upgrade: Upgrade }) {
  const { data } = useSummary();
  const partly = data?.partlyUpgraded ?? null;
  if (partly?.upgrade !== upgrade.id) return null;
  return (
    <>
      <p>
        The site is <strong>partly upgraded</strong>: it comes from {partly.from}, and parts of it run what {partly.to}{' '}
        brings. Two ways on:
      </p>
      <ul className="consequences" aria-label="Ways on">
        <li>
          <GoOn partly={partly} />: {partly.continueBy}
        </li>
        <li>
          Go back to {partly.from}: {partly.goBackBy}
        </li>
      </ul>
    </>
  );
}

function GoOn({ partly }: { partly: PartlyUpgraded }) {
  if (isForValues(partly)) return <Link to="/cluster/profile">Go on with the values</Link>;
  return <Link to={preparePath(partly.to)}>Go on to {partly.to}</Link>;
}

function Succeeded({ upgrade }: { upgrade: Upgrade }) {
  const summary = useSummary();
  return (
    <Card className="outcome">
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          {isForValues(upgrade)
            ? `${upgrade.product} ${upgrade.to} runs the new values`
            : `${upgrade.product} ${upgrade.to} is installed`}
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
