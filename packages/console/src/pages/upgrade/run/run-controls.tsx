import { Button } from '@patternfly/react-core';
import type { Upgrade, UpgradeState } from '@sealift/core/api';
import { useState } from 'react';
import { useIntervention } from '../../../api/upgrades.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { AbortDialog } from './abort-dialog.tsx';

const canPause: readonly UpgradeState[] = ['running'];
const canResume: readonly UpgradeState[] = ['paused', 'needs-human'];
const canAbort: readonly UpgradeState[] = ['running', 'paused', 'needs-human'];

/** Pause, resume and abort, each where the upgrade's state allows it. They act at the next safe point. */
export function RunControls({ upgrade }: { upgrade: Upgrade }) {
  const intervention = useIntervention(upgrade.id);
  const [aborting, setAborting] = useState(false);
  return (
    <div className="run-controls">
      {intervention.isError && <ErrorNotice error={intervention.error} />}
      {canPause.includes(upgrade.state) && (
        <Button
          variant="secondary"
          isDisabled={intervention.isPending}
          onClick={() => intervention.mutate({ kind: 'pause' })}
        >
          Pause
        </Button>
      )}
      {canResume.includes(upgrade.state) && (
        <Button isDisabled={intervention.isPending} onClick={() => intervention.mutate({ kind: 'resume' })}>
          Resume
        </Button>
      )}
      {canAbort.includes(upgrade.state) && (
        <Button variant="secondary" isDanger onClick={() => setAborting(true)}>
          Abort …
        </Button>
      )}
      {aborting && <AbortDialog upgrade={upgrade} onClose={() => setAborting(false)} />}
    </div>
  );
}
