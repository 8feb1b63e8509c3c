import { Label, Progress, ProgressMeasureLocation, ProgressSize } from '@patternfly/react-core';
import type { SyncState } from '@sealift/core/api';
import { Moment } from '../../components/moment.tsx';

/** How far a sync is, or how the last one ended. */
export function SyncProgress({ name, sync }: { name: string; sync: SyncState }) {
  return (
    <div role="status" className="sync">
      {sync.state === 'running' ? (
        <>
          <span>{sync.message}</span>
          <Progress
            value={sync.total === 0 ? 0 : (sync.done / sync.total) * 100}
            label={sync.total === 0 ? 'Starting' : `${sync.done} of ${sync.total}`}
            valueText={sync.total === 0 ? 'Starting' : `${sync.done} of ${sync.total}`}
            size={ProgressSize.sm}
            measureLocation={ProgressMeasureLocation.outside}
            aria-label={`Sync of ${name}`}
          />
        </>
      ) : (
        <Outcome sync={sync} />
      )}
    </div>
  );
}

function Outcome({ sync }: { sync: SyncState }) {
  if (sync.state === 'never') return <span className="quiet">Never: choose Sync in the menu at the right</span>;
  const failed = sync.state === 'failed';
  return (
    <>
      <Label isCompact status={failed ? 'danger' : sync.refused.length > 0 ? 'warning' : 'success'}>
        {failed ? 'Failed' : 'Synced'}
      </Label>{' '}
      {sync.finishedAt !== null && <Moment at={sync.finishedAt} />}
      <p>{sync.message}</p>
      {sync.refused.length > 0 && <p>{sync.refused.length} refused, see below</p>}
    </>
  );
}
