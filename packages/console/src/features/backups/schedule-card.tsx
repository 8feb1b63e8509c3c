import {
  Alert,
  Card,
  CardBody,
  CardTitle,
  Form,
  FormGroup,
  FormSelect,
  FormSelectOption,
} from '@patternfly/react-core';
import type { BackupList } from '@sealift/core/api';
import { useScheduleBackups } from '../../api/backups.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';
import { useLock } from '../../api/platform.ts';

const everyChoices = [
  ['', 'Never'],
  ['6', 'Every 6 hours'],
  ['24', 'Every day'],
  ['168', 'Every week'],
] as const;
const keepChoices = [3, 7, 14, 30];

/** When backups are made by themselves, and how many of those are kept. */
export function ScheduleCard({ schedule }: { schedule: BackupList['schedule'] }) {
  const change = useScheduleBackups();
  const isDisabled = useLock() !== null || change.isPending;
  const { everyHours, keep, dueAt, isMissed } = schedule;
  const every = everyHours === null ? '' : String(everyHours);
  return (
    <Card>
      <CardTitle component="h2">Schedule</CardTitle>
      <CardBody>
        {change.isError && <ErrorNotice error={change.error} />}
        {isMissed && dueAt !== null && (
          <Alert isInline variant="warning" title="A backup is missed">
            It was due <Moment at={dueAt} />: no console ran, or an upgrade was under way.
          </Alert>
        )}
        <Form isHorizontal onSubmit={(event) => event.preventDefault()}>
          <FormGroup label="Made by itself" fieldId="backup-every">
            <FormSelect
              id="backup-every"
              value={every}
              isDisabled={isDisabled}
              onChange={(_event, value) => change.mutate({ everyHours: value === '' ? null : Number(value), keep })}
            >
              {everyChoices.map(([value, label]) => (
                <FormSelectOption key={value} value={value} label={label} />
              ))}
              {!everyChoices.some(([value]) => value === every) && (
                <FormSelectOption value={every} label={`Every ${every} hours`} />
              )}
            </FormSelect>
          </FormGroup>
          <FormGroup label="Of these are kept" fieldId="backup-keep">
            <FormSelect
              id="backup-keep"
              value={String(keep)}
              isDisabled={isDisabled}
              onChange={(_event, value) => change.mutate({ everyHours, keep: Number(value) })}
            >
              {[...new Set([...keepChoices, keep])].map((count) => (
                <FormSelectOption key={count} value={String(count)} label={`The newest ${count}`} />
              ))}
            </FormSelect>
          </FormGroup>
        </Form>
        {dueAt !== null && !isMissed && (
          <p className="quiet">
            The next one is due <Moment at={dueAt} />.
          </p>
        )}
      </CardBody>
    </Card>
  );
}
