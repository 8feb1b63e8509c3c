import { isSealiftError, reasonOf } from '@sealift/core/errors';
import { decidersOf, type LayerDeciders, type LayerEvidence } from '@sealift/core/evidence';
import type { LinkedRow } from '../../merging/carried-answers.ts';
import { untoldLayer } from '../../merging/layer-evidence.ts';
import { layerAddress } from '../../merging/layer-merge.ts';
import { mergeThreads } from '../../merging/merge-threads.ts';
import type { Db } from '../../store/store.ts';
import type { UpgradeLayerRow, UpgradeRow } from '../../store/tables/upgrades.ts';
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
    merges.push(withDeciders(merge, decidersIn(deciders, layer)));
  }
  return merges;
}

/** Whoever answered a question in an earlier hop has answered it for later ones too, until somebody did there. */
function decidersIn(deciders: ReadonlyMap<string, LayerDeciders>, row: UpgradeLayerRow): LayerDeciders {
  const inHops = Array.from({ length: row.hop + 1 }, (_, hop) => deciders.get(layerAddress({ ...row, hop })));
  const paths = new Map(inHops.flatMap((one) => [...(one?.paths ?? [])]));
  return { paths, pasted: inHops.at(-1)?.pasted ?? null };
}

async function mergeOf(layer: LinkedRow): Promise<LayerEvidence> {
  try {
    return await mergeThreads.run('layerEvidence', layer);
  } catch (error) {
    if (!isSealiftError(error)) throw error;
    return untoldLayer(layer, reasonOf(error));
  }
}

function withDeciders(merge: LayerEvidence, deciders: LayerDeciders): LayerEvidence {
  const decisions = merge.decisions.map((decision) => ({
    ...decision,
    decided: decision.resolvedBy === null ? null : (deciders.paths.get(decision.path) ?? null),
  }));
  const pasted = merge.pasted === null ? null : { ...merge.pasted, decided: deciders.pasted };
  return { ...merge, decisions, pasted };
}
