import { SealiftError } from '@sealift/core/errors';
import { lifecycle, upgradeStateSchema } from '@sealift/core/upgrade';
import type { UpgradeRow } from '../store/tables.ts';

/** @throws UPGRADE_NOT_DRAFT */
export function assertDraft(upgrade: UpgradeRow): void {
  const state = upgradeStateSchema.parse(upgrade.state);
  if (!lifecycle[state].editable)
    throw new SealiftError('UPGRADE_NOT_DRAFT', { values: { upgrade: upgrade.id, state } });
}
