import { SealiftError } from '@sealift/core/errors';
import { lifecycle } from '@sealift/core/upgrade';
import { storedState } from '../engine/stored-state.ts';
import { isReadable, fromNewer } from '../store/refuse-newer.ts';
import type { UpgradeRow } from '../store/tables/upgrades.ts';

/** @throws UPGRADE_NOT_DRAFT, UPGRADE_FROM_NEWER, RECORD_DAMAGED */
export function assertDraft(upgrade: UpgradeRow): void {
  if (!isReadable(upgrade)) {
    const hint = 'Nothing was changed. Start the preview again: this version makes one of its own.';
    throw fromNewer(upgrade, 'another version of Sealift').withHint(hint);
  }
  const state = storedState(upgrade.state);
  if (!lifecycle[state].editable)
    throw new SealiftError('UPGRADE_NOT_DRAFT', { values: { upgrade: upgrade.id, state } });
}
