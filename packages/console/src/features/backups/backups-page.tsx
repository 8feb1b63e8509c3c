import { Alert, EmptyState, EmptyStateBody, PageSection, Stack, StackItem } from '@patternfly/react-core';
import { type BackupList, backupStages } from '@sealift/core/api';
import { reasonText } from '@sealift/core/backup';
import { useBackups, useCreateBackup } from '../../api/backups.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { Moment } from '../../components/moment.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { BackupTable } from './backup-table.tsx';
import { RestoreText } from './restore-text.tsx';
import { ScheduleCard } from './schedule-card.tsx';
import { StoreCard } from './store-card.tsx';

/** Backups of the console and its platform: made, checked, taken away; and how to restore one. */
export function BackupsPage() {
  const backups = useBackups();
  const create = useCreateBackup();
  const running = backups.data?.running ?? null;
  return (
    <PageSection>
      <PageHeading
        actions={
          <LockedButton
            needs="backups.change"
            onClick={() => create.mutate()}
            isLoading={create.isPending}
            disabledBecause={running === null ? undefined : 'One is being made'}
          >
            Create a backup
          </LockedButton>
        }
      >
        A backup holds the database of this console, the objects of Cluster API and the settings of the layers. It
        counts when it was read back and restored on trial.
      </PageHeading>
      {create.isError && <ErrorNotice error={create.error} />}
      <QueryView query={backups} what="the backups">
        {(list) => (
          <Stack hasGutter>
            <StackItem>
              <UnderWay list={list} />
              {list.backups.length === 0 ? <NoBackups /> : <BackupTable backups={list.backups} />}
            </StackItem>
            <StackItem>
              <ScheduleCard schedule={list.schedule} />
            </StackItem>
            <StackItem>
              <StoreCard list={list} />
            </StackItem>
            <StackItem>
              <RestoreText keyPath={list.keyPath} />
            </StackItem>
          </Stack>
        )}
      </QueryView>
    </PageSection>
  );
}

function UnderWay({ list: { running, lastFailure } }: { list: BackupList }) {
  return (
    <div role="status">
      {running !== null && (
        <Alert isInline variant="info" title={`A backup is being made, ${reasonText(running.reason)}`}>
          {backupStages[running.stage]}, since <Moment at={running.since} />
        </Alert>
      )}
      {running === null && lastFailure !== null && (
        <Alert isInline variant="danger" title={`The last backup (${reasonText(lastFailure.reason)}) failed`}>
          <Moment at={lastFailure.at} />: {lastFailure.message}
        </Alert>
      )}
    </div>
  );
}

function NoBackups() {
  return (
    <EmptyState titleText="There is no backup yet" headingLevel="h2">
      <EmptyStateBody>
        Every upgrade makes one before it changes anything. Choose Create a backup for one now.
      </EmptyStateBody>
    </EmptyState>
  );
}
