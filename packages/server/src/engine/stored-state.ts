import { SealiftError } from '@sealift/core/errors';
import { type UpgradeEvent, type UpgradeState, upgradeStateSchema } from '@sealift/core/upgrade';

/** The state of a stored upgrade. @throws RECORD_DAMAGED for what is no state */
export function storedState(stored: string): UpgradeState {
  const parsed = upgradeStateSchema.safeParse(stored);
  if (parsed.success) return parsed.data;
  const reason = `“${stored.slice(0, 40)}” is no state that this version knows`;
  throw new SealiftError('RECORD_DAMAGED', { values: { what: 'the state of the upgrade', reason } });
}

/** The state of a stored upgrade as people see it: what nobody can read needs one of them. */
export function shownState(stored: string): UpgradeState {
  return upgradeStateSchema.safeParse(stored).data ?? 'needs-human';
}

/**
 * The state that an event happens to. A damaged one can be ended by a person, as one that needs a person can; nothing goes on from it.
 *
 * @throws RECORD_DAMAGED
 */
export function stateBefore(stored: string, event: UpgradeEvent): UpgradeState {
  return event === 'abort' ? shownState(stored) : storedState(stored);
}
