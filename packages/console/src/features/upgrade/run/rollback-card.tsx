import { Card, CardBody, CardTitle, Title } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { lifecycle } from '@sealift/core/upgrade';
import { usualText } from '../../../components/duration.ts';
import { Moment } from '../../../components/moment.tsx';
import { RollbackItems } from './rollback-items.tsx';

/** Whether the upgrade can be taken back where it stands, since when it can't, and what going back comes to. */
export function RollbackCard({ upgrade }: { upgrade: Upgrade }) {
  const { rollback } = upgrade;
  if (rollback === null) return null;
  const { shut, items, estimate } = rollback;
  return (
    <Card>
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          Way back
        </Title>
      </CardTitle>
      <CardBody>
        {shut !== null && (
          <>
            <p>
              <strong>Can go back: no</strong>
              {shut.step !== null && (
                <>
                  , since <em>{shut.step.title}</em>, <Moment at={shut.step.since} />
                </>
              )}
              . {shut.reason}.
            </p>
            <p>What to do: {shut.remedy}</p>
          </>
        )}
        {shut === null && (
          <>
            {!lifecycle[upgrade.state].goesBack && (
              <p>
                <strong>Can go back: yes.</strong> Usual time: {usualText(estimate)}.
              </p>
            )}
            <RollbackItems items={items} />
          </>
        )}
      </CardBody>
    </Card>
  );
}
