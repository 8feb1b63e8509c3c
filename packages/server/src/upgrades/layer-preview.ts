import { mergeThreads } from '../merging/merge-threads.ts';
import type { Db } from '../store/store.ts';
import { loadLinkedLayer } from './layer-chain.ts';
import { mergeLayer, previewOf } from './merge-cache.ts';
import { rememberedFor } from './resolution-memory.ts';

/**
 * A layer of an upgrade, merged, with earlier answers to the conflicts that are open: `LayerPreview` as JSON in UTF-8. With tens of thousands of
 * differing paths it has tens of megabytes, so a thread makes it, and nothing here reads it or writes it anew.
 *
 * @throws NOT_FOUND, MERGE_*
 */
export async function layerPreview(db: Db, upgradeId: string, layerId: string): Promise<Uint8Array> {
  const row = await loadLinkedLayer(db, upgradeId, layerId);
  const [{ summary }, answer] = await Promise.all([mergeLayer(row), previewOf(row)]);
  if (summary.openConflicts === 0) return answer;
  const remembered = await rememberedFor(db, row.layer_id);
  if (remembered.length === 0) return answer;
  const offered = await mergeThreads.run('offerRemembered', { row, remembered });
  return Buffer.concat([answer.subarray(0, -emptyEnd.length), offered, closingBrace]);
}

/** What the answer ends with: the list of its last field, empty, and the object's end. */
const emptyEnd = '[]}';
const closingBrace = Buffer.from('}');
