import type { UpgradeState } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';

/** Every legal change of an upgrade's state. What is not listed is refused. */
export const transitions: Readonly<Record<UpgradeState, readonly UpgradeState[]>> = {
  draft: ['ready', 'aborted'],
  ready: ['draft', 'running', 'aborted'],
  running: ['paused', 'succeeded', 'aborting', 'failed', 'rolling-back', 'needs-human'],
  paused: ['running', 'aborting'],
  succeeded: [],
  aborting: ['aborted', 'failed', 'needs-human'],
  aborted: [],
  failed: ['rolling-back'],
  'rolling-back': ['rolled-back', 'needs-human'],
  'rolled-back': [],
  // A person mends the cause and resumes, goes back, or ends it with a reason.
  'needs-human': ['running', 'rolling-back', 'aborted'],
};

/** Whether an upgrade in `from` may become `to`. */
export function isLegalTransition(from: UpgradeState, to: UpgradeState): boolean {
  return transitions[from].includes(to);
}

/** @throws UPGRADE_STATE_ILLEGAL */
export function assertLegalTransition(from: UpgradeState, to: UpgradeState): void {
  if (!isLegalTransition(from, to)) throw new SealiftError('UPGRADE_STATE_ILLEGAL', { values: { from, to } });
}

/** Whether an engine has to take up an upgrade in this state. */
export function needsEngine(state: UpgradeState): boolean {
  return state === 'running' || state === 'aborting' || state === 'rolling-back';
}

/** Whether the console stays locked in this state. */
export function locksConsole(state: UpgradeState): boolean {
  return needsEngine(state) || state === 'paused' || state === 'needs-human';
}

/** Whether nothing can follow. */
export function isFinal(state: UpgradeState): boolean {
  return transitions[state].length === 0;
}
