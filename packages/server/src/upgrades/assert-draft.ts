import { SealiftError } from '@sealift/core/errors';
import { lifecycle } from '@sealift/core/upgrade';
import { storedState } from '../engine/stored-state.ts';
import type { UpgradeRow } from '../store/tables.ts';

/** @throws UPGRADE_NOT_DRAFT, RECORD_DAMAGED */
export function assertDraft(upgrade: UpgradeRow): void {
  const state = storedState(upgrade.state);
  if (!lifecycle[state].editable)
    throw new SealiftError('UPGRADE_NOT_DRAFT', { values: { upgrade: upgrade.id, state } });
}
