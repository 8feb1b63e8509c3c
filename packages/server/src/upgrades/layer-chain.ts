import { isSealiftError } from '@sealift/core/errors';
import type { LinkedRow } from '../merging/carried-answers.ts';
import type { MergedLayerRow } from '../merging/layer-merge.ts';
import type { Db } from '../store/store.ts';
import type { UpgradeLayerRow } from '../store/tables/upgrades.ts';
import { mergeLayer } from './merge-cache.ts';
import { addressedLayer, loadLayer, loadLayers } from './queries.ts';

/**
 * The merges of a draft's rows, in their order: each layer hop by hop, where what one hop merged is what the next finds as the site's own. An
 * answer that was given in one hop counts in later ones where the same path is asked about again.
 *
 * @throws MERGE_*
 */
export async function mergeLayers(rows: readonly UpgradeLayerRow[]): Promise<readonly MergedLayerRow[]> {
  const merged = await Promise.all(chainsOf(rows).map(mergeChain));
  const byRow = new Map(merged.flat().map((one) => [placeOf(one.row), one]));
  return rows.flatMap((row) => byRow.get(placeOf(row)) ?? []);
}

/** A layer of an upgrade by its address, as the hop before leaves it. @throws NOT_FOUND, MERGE_* */
export async function loadLinkedLayer(db: Db, upgradeId: string, address: string): Promise<LinkedRow> {
  const row = await loadLayer(db, upgradeId, address);
  if (row.hop === 0) return row;
  const { layer } = addressedLayer(address);
  const rows = (await loadLayers(db, upgradeId)).filter(({ layer_id: id, hop }) => id === layer && hop < row.hop);
  return linked(row, (await mergeLayers(rows)).at(-1));
}

/** The rows of an upgrade, each as the hop before leaves it; null where that cannot be merged. */
export async function linkLayers(
  rows: readonly UpgradeLayerRow[],
): Promise<readonly { readonly row: UpgradeLayerRow; readonly linked: LinkedRow | null }[]> {
  return await Promise.all(
    rows.map(async (row) => {
      const before = rows.filter(({ layer_id: id, hop }) => id === row.layer_id && hop < row.hop);
      try {
        return { row, linked: linked(row, (await mergeLayers(before)).at(-1)) };
      } catch (error) {
        if (!isSealiftError(error)) throw error;
        return { row, linked: null };
      }
    }),
  );
}

function chainsOf(rows: readonly UpgradeLayerRow[]): readonly (readonly UpgradeLayerRow[])[] {
  const chains = [...Map.groupBy(rows, ({ layer_id: id }) => id).values()];
  return chains.map((chain) => chain.toSorted((a, b) => a.hop - b.hop));
}

async function mergeChain(chain: readonly UpgradeLayerRow[]): Promise<MergedLayerRow[]> {
  const merged: MergedLayerRow[] = [];
  for (const row of chain) merged.push(await mergeLayer(linked(row, merged.at(-1))));
  return merged;
}

/** A layer that a hop brings begins anew, also where an earlier hop had taken it away. */
function linked(row: UpgradeLayerRow, before: MergedLayerRow | undefined): LinkedRow {
  if (before === undefined || row.from_version === null) return row;
  return { ...row, current: before.text ?? '', carried: before.handsOn };
}

function placeOf({ hop, layer_id: layer }: UpgradeLayerRow): string {
  return `${hop} ${layer}`;
}
