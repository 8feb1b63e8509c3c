import { isSealiftError, reasonOf } from '@sealift/core/errors';
import { decidersOf, type LayerDeciders, type LayerEvidence } from '@sealift/core/evidence';
import { untoldLayer } from '../../merging/layer-evidence.ts';
import { mergeThreads } from '../../merging/merge-threads.ts';
import type { Db } from '../../store/store.ts';
import type { UpgradeLayerRow, UpgradeRow } from '../../store/tables.ts';
import { loadLayers } from '../queries.ts';
import { deedsOf } from './deeds.ts';

/** How the values of every layer came about, and who settled what of it. */
export async function mergesOf(db: Db, row: UpgradeRow): Promise<LayerEvidence[]> {
  const deciders = decidersOf(await deedsOf(db, row));
  const layers = await loadLayers(db, row.id);
  const merges: LayerEvidence[] = [];
  for (const layer of layers) merges.push(withDeciders(await mergeOf(layer), deciders.get(layer.layer_id)));
  return merges;
}

async function mergeOf(layer: UpgradeLayerRow): Promise<LayerEvidence> {
  try {
    return await mergeThreads.run('layerEvidence', layer);
  } catch (error) {
    if (!isSealiftError(error)) throw error;
    return untoldLayer(layer, reasonOf(error));
  }
}

function withDeciders(merge: LayerEvidence, deciders: LayerDeciders | undefined): LayerEvidence {
  const decisions = merge.decisions.map((decision) => ({
    ...decision,
    decided: decision.resolvedBy === null ? null : (deciders?.paths.get(decision.path) ?? null),
  }));
  const pasted = merge.pasted === null ? null : { ...merge.pasted, decided: deciders?.pasted ?? null };
  return { ...merge, decisions, pasted };
}
