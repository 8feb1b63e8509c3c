import { Card, CardBody, CardTitle, Switch } from '@patternfly/react-core';
import { useAccessPolicy, useChangePolicy } from '../../api/access-policy.ts';
import { useLock } from '../../api/platform.ts';
import { useMay } from '../../api/session.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { QueryView } from '../../components/query-view.tsx';

/** Whether an upgrade needs another person than the one who asks for it. */
export function SecondPersonCard() {
  const policy = useAccessPolicy();
  const change = useChangePolicy();
  const may = useMay('access-policy.change');
  const lock = useLock();
  return (
    <Card className="second-person">
      <CardTitle component="h2">Second person</CardTitle>
      <CardBody>
        {change.isError && <ErrorNotice error={change.error} />}
        <QueryView query={policy} what="the access policy">
          {(seen) => (
            <Switch
              id="second-person"
              label="An upgrade starts only when another person than the one who asked for it approves"
              isChecked={seen.secondPerson}
              isDisabled={!may || lock !== null || change.isPending}
              onChange={(_event, secondPerson) => change.mutate({ seen, change: { secondPerson } })}
            />
          )}
        </QueryView>
        {!may && <p className="quiet">A Root sets this.</p>}
      </CardBody>
    </Card>
  );
}
