import { canonicalJson } from '@sealift/core/canonical-json';
import { type RememberedResolution, rememberedResolutionSchema, rememberResolutions } from '@sealift/core/merge';
import type { Db, Trx } from '../store/store.ts';
import type { MergedLayerRow } from '../merging/layer-merge.ts';

/** Keeps how a confirmed upgrade settled its conflicts, in the place of what was kept for the same paths before. */
export async function rememberLayers(trx: Trx, layers: readonly MergedLayerRow[]): Promise<void> {
  for (const { row, preview } of layers) {
    // A pasted text ran in the merge's place: nothing was settled.
    if (row.pasted !== null) continue;
    for (const entry of rememberResolutions(preview.decisions, preview.resolutions)) {
      const remembered = JSON.stringify(entry);
      await trx
        .insertInto('resolution_memory')
        .values({ layer_id: row.layer_id, path_key: canonicalJson(entry.path), remembered })
        .onConflict((conflict) => conflict.columns(['layer_id', 'path_key']).doUpdateSet({ remembered }))
        .execute();
    }
  }
}

/** How earlier upgrades settled this layer's conflicts. */
export async function rememberedFor(db: Db, layerId: string): Promise<RememberedResolution[]> {
  const rows = await db
    .selectFrom('resolution_memory')
    .select('remembered')
    .where('layer_id', '=', layerId)
    .orderBy('path_key')
    .execute();
  return rows.map(({ remembered }) => rememberedResolutionSchema.parse(JSON.parse(remembered)));
}
