import { SealiftError } from '@sealift/core/errors';
import type { Db } from '../store/store.ts';
import type { UpgradeLayerRow, UpgradeRow } from '../store/tables.ts';

/** @throws NOT_FOUND */
export async function loadUpgrade(db: Db, id: string): Promise<UpgradeRow> {
  const row = await db.selectFrom('upgrade').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'upgrade', name: id } });
  return row;
}

export function loadLayers(db: Db, upgradeId: string): Promise<UpgradeLayerRow[]> {
  return db.selectFrom('upgrade_layer').selectAll().where('upgrade_id', '=', upgradeId).orderBy('position').execute();
}

/** @throws NOT_FOUND */
export async function loadLayer(db: Db, upgradeId: string, layerId: string): Promise<UpgradeLayerRow> {
  const row = await db
    .selectFrom('upgrade_layer')
    .selectAll()
    .where('upgrade_id', '=', upgradeId)
    .where('layer_id', '=', layerId)
    .executeTakeFirst();
  if (row === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'layer', name: layerId } });
  return row;
}
