import { Button } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { offers } from '@sealift/core/upgrade';
import { useState } from 'react';
import { useIntervention } from '../../../api/upgrades.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { AbortDialog } from './abort-dialog.tsx';
import { RollbackDialog } from './rollback-dialog.tsx';

/** Pause, resume, roll back and abort, each where the upgrade's state allows it. They act at the next safe point. */
export function RunControls({ upgrade }: { upgrade: Upgrade }) {
  const intervention = useIntervention(upgrade.id);
  const [aborting, setAborting] = useState(false);
  const [goingBack, setGoingBack] = useState(false);
  const offered = offers(upgrade.state);
  const { rollback } = upgrade;
  const canGoBack = offered.includes('rollback') && rollback?.possible === true;
  return (
    <div className="run-controls">
      {intervention.isError && <ErrorNotice error={intervention.error} />}
      {offered.includes('pause') && (
        <Button
          variant="secondary"
          isDisabled={intervention.isPending}
          onClick={() => intervention.mutate({ kind: 'pause' })}
        >
          Pause
        </Button>
      )}
      {offered.includes('resume') && (
        <Button isDisabled={intervention.isPending} onClick={() => intervention.mutate({ kind: 'resume' })}>
          Resume
        </Button>
      )}
      {canGoBack && (
        <Button variant="secondary" onClick={() => setGoingBack(true)}>
          Roll back …
        </Button>
      )}
      {offered.includes('abort') && (
        <Button variant="secondary" isDanger onClick={() => setAborting(true)}>
          Abort …
        </Button>
      )}
      {goingBack && canGoBack && (
        <RollbackDialog upgrade={upgrade} rollback={rollback} onClose={() => setGoingBack(false)} />
      )}
      {aborting && <AbortDialog upgrade={upgrade} onClose={() => setAborting(false)} />}
    </div>
  );
}
