import type { LayerPreview } from '@sealift/core/api';
import { isOpen, maskDecisions, offerResolutions } from '@sealift/core/merge';
import type { Db } from '../store/store.ts';
import { declaredPasswords } from './declared-passwords.ts';
import type { MergedLayerRow } from './layer-merge.ts';
import { mergeLayer } from './merge-cache.ts';
import { loadLayer } from './queries.ts';
import { rememberedFor } from './resolution-memory.ts';

/** Masking reads the three texts again; a page asks for the same preview again and again. */
const shown = new WeakMap<LayerPreview, LayerPreview>();

/**
 * A layer of an upgrade, merged, with earlier answers to the conflicts that are open. Secrets are masked in its decisions; the texts and
 * the values that a person gave are whole, for they are edited and sent back.
 *
 * @throws NOT_FOUND, MERGE_*
 */
export async function layerPreview(db: Db, upgradeId: string, layerId: string): Promise<LayerPreview> {
  const layer = mergeLayer(await loadLayer(db, upgradeId, layerId));
  const known = shown.get(layer.preview);
  const preview = known ?? masked(layer);
  if (known === undefined) shown.set(layer.preview, preview);
  if (preview.openConflicts === 0) return preview;
  // Compared with what was settled before by the true values.
  const offered = offerResolutions(layer.preview.conflicts, await rememberedFor(db, layerId));
  return { ...preview, offered: [...offered] };
}

function masked({ row, preview }: MergedLayerRow): LayerPreview {
  const passwords = declaredPasswords(row);
  const { base, current, incoming } = preview;
  const decisions = maskDecisions(preview.decisions, { base, current, incoming, declared: passwords });
  return { ...preview, passwords, decisions: [...decisions], conflicts: decisions.filter((one) => isOpen(one)) };
}
