import type { LayerPreview } from '@sealift/core/api';
import { offerResolutions } from '@sealift/core/merge';
import type { Db } from '../store/store.ts';
import { mergeLayer } from './merge-cache.ts';
import { loadLayer } from './queries.ts';
import { rememberedFor } from './resolution-memory.ts';

/** A layer of an upgrade, merged, with earlier answers to the conflicts that are open. @throws NOT_FOUND, MERGE_* */
export async function layerPreview(db: Db, upgradeId: string, layerId: string): Promise<LayerPreview> {
  const { preview } = await mergeLayer(await loadLayer(db, upgradeId, layerId));
  if (preview.openConflicts === 0) return preview;
  const offered = offerResolutions(preview.conflicts, await rememberedFor(db, layerId));
  return { ...preview, offered: [...offered] };
}
