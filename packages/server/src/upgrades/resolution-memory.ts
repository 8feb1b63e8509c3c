import type { MergedLayerRow } from '../merging/layer-merge.ts';
import type { Db, Trx } from '../store/store.ts';

/** Keeps how a confirmed upgrade settled its conflicts, in the place of what was kept for the same paths before. */
export async function rememberLayers(trx: Trx, layers: readonly MergedLayerRow[]): Promise<void> {
  for (const { row, settled } of layers) {
    for (const { pathKey, remembered } of settled) {
      await trx
        .insertInto('resolution_memory')
        .values({ layer_id: row.layer_id, path_key: pathKey, remembered })
        .onConflict((conflict) => conflict.columns(['layer_id', 'path_key']).doUpdateSet({ remembered }))
        .execute();
    }
  }
}

/** How earlier upgrades settled this layer's conflicts: each a `RememberedResolution` as JSON. */
export async function rememberedFor(db: Db, layerId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('resolution_memory')
    .select('remembered')
    .where('layer_id', '=', layerId)
    .orderBy('path_key')
    .execute();
  return rows.map(({ remembered }) => remembered);
}
