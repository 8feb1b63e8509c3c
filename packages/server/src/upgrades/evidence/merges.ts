import { isSealiftError, reasonOf } from '@sealift/core/errors';
import { decidersOf, type LayerDeciders, type LayerEvidence } from '@sealift/core/evidence';
import type { LinkedRow } from '../../merging/carried-answers.ts';
import { untoldLayer } from '../../merging/layer-evidence.ts';
import { layerAddress } from '../../merging/layer-merge.ts';
import { mergeThreads } from '../../merging/merge-threads.ts';
import type { Db } from '../../store/store.ts';
import type { UpgradeRow } from '../../store/tables.ts';
import { linkLayers } from '../layer-chain.ts';
import { loadLayers } from '../queries.ts';
import { deedsOf } from './deeds.ts';

/** How the values of every layer came about, and who settled what of it. */
export async function mergesOf(db: Db, row: UpgradeRow): Promise<LayerEvidence[]> {
  const deciders = decidersOf(await deedsOf(db, row));
  const layers = await linkLayers(await loadLayers(db, row.id));
  const merges: LayerEvidence[] = [];
  for (const { row: layer, linked } of layers) {
    const merge = linked === null ? untoldLayer(layer, 'the hop before cannot be merged') : await mergeOf(linked);
    merges.push(withDeciders(merge, deciders.get(layerAddress(layer))));
  }
  return merges;
}

async function mergeOf(layer: LinkedRow): Promise<LayerEvidence> {
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
