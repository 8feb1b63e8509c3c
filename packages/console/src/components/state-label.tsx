import { Label } from '@patternfly/react-core';
import type { UpgradeState } from '@sealift/core/api';

type Status = 'success' | 'warning' | 'danger' | 'info';

const looks: Readonly<Record<UpgradeState, { word: string; status?: Status }>> = {
  draft: { word: 'Preview' },
  ready: { word: 'Ready to confirm', status: 'info' },
  running: { word: 'Running', status: 'info' },
  paused: { word: 'Paused', status: 'warning' },
  succeeded: { word: 'Succeeded', status: 'success' },
  aborting: { word: 'Aborting', status: 'warning' },
  aborted: { word: 'Aborted', status: 'warning' },
  failed: { word: 'Failed', status: 'danger' },
  'rolling-back': { word: 'Rolling back', status: 'warning' },
  'rolled-back': { word: 'Rolled back', status: 'warning' },
  'needs-human': { word: 'Needs a person', status: 'danger' },
};

/** An upgrade's state in words. */
export function StateLabel({ state }: { state: UpgradeState }) {
  const { word, status } = looks[state];
  return (
    <Label isCompact {...(status === undefined ? {} : { status })}>
      {word}
    </Label>
  );
}
