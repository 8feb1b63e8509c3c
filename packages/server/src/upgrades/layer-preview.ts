import type { LayerPreview } from '@sealift/core/api';
import { offerResolutions } from '@sealift/core/merge';
import type { Db } from '../store/store.ts';
import { mergeLayer } from './merge-cache.ts';
import { loadLayer } from './queries.ts';
import { rememberedFor } from './resolution-memory.ts';

/**
 * A layer of an upgrade, merged, with earlier answers to the conflicts that are open. Secrets are masked in its decisions; the texts and
 * the values that a person gave are whole, for they are edited and sent back.
 *
 * @throws NOT_FOUND, MERGE_*
 */
export async function layerPreview(db: Db, upgradeId: string, layerId: string): Promise<LayerPreview> {
  const { preview, masked } = await mergeLayer(await loadLayer(db, upgradeId, layerId));
  const shown = { ...preview, ...masked };
  if (shown.openConflicts === 0) return shown;
  // Compared with what was settled before by the true values.
  const offered = offerResolutions(preview.conflicts, await rememberedFor(db, layerId));
  return { ...shown, offered: [...offered] };
}
