import type { LayerChange, LayerPreview } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import {
  type Decision,
  merge,
  type MergeResult,
  pathText,
  type Resolution,
  resolutionSchema,
} from '@sealift/core/merge';
import { layerNameSchema } from '@sealift/core/pack';
import { migrationSchema } from '@sealift/core/release';
import { z } from 'zod';
import type { UpgradeLayerRow } from '../store/tables.ts';
import { valueProblems } from './check-values.ts';
import { isOverridden, pastedDifferences } from './pasted.ts';

/** A layer of an upgrade, merged. */
export interface LayerMerge {
  readonly preview: LayerPreview;
  /** The text that the layer will run; null where it is removed. */
  readonly text: string | null;
  /** Whether the layer would run other values, or another pack, than now. */
  readonly changes: boolean;
}

export interface MergedLayerRow extends LayerMerge {
  readonly row: UpgradeLayerRow;
}

/** Answers of a person to a layer's conflicts. */
export interface ResolvedRow {
  readonly row: UpgradeLayerRow;
  readonly resolutions: readonly Resolution[];
}

/** A text that a person puts in the merge's place. */
export interface PastedRow {
  readonly row: UpgradeLayerRow;
  readonly text: string;
}

const keptKinds: readonly Decision['kind'][] = ['kept-custom', 'added-by-site', 'removed-by-site', 'moved'];

/** Merges the three texts of a row. @throws MERGE_* */
export function mergeAnew(row: UpgradeLayerRow): LayerMerge {
  const resolutions = z.array(resolutionSchema).parse(JSON.parse(row.resolutions));
  const merged = mergeTexts(row, resolutions);
  const openConflicts = row.pasted === null ? merged.conflicts.length : 0;
  const text = row.to_version === null ? null : (row.pasted ?? merged.text);
  const differences = row.pasted === null ? [] : pastedDifferences(merged, row.pasted);
  const kept = merged.decisions.filter((decision) => isKept(decision) && !isOverridden(decision, differences));
  const preview: LayerPreview = {
    id: row.layer_id,
    layer: layerNameSchema.parse(row.layer),
    pack: row.pack,
    displayName: row.display_name,
    fromVersion: row.from_version,
    toVersion: row.to_version,
    state: stateOf(row, openConflicts),
    openConflicts,
    keptCustomisations: kept.length,
    base: row.base,
    current: row.current,
    incoming: row.incoming,
    merged: text ?? '',
    decisions: [...merged.decisions],
    conflicts: [...merged.conflicts],
    resolutions,
    offered: [],
    problems: text === null ? [] : valueProblems(row, text),
    pasted: row.pasted === null ? null : { differences },
  };
  return { preview, text, changes: row.from_version !== row.to_version || text !== row.current };
}

/** The part of a preview that lists show. */
export function layerChangeOf(preview: LayerPreview): LayerChange {
  const { id, layer, pack, displayName, fromVersion, toVersion, state, openConflicts, keptCustomisations } = preview;
  return { id, layer, pack, displayName, fromVersion, toVersion, state, openConflicts, keptCustomisations };
}

/** @throws INPUT_INVALID for a resolution of a path about which nothing was decided; MERGE_* for one that cannot be applied */
export function checkResolutions({ row, resolutions }: ResolvedRow): void {
  const [unused] = mergeTexts(row, resolutions).unusedResolutions;
  if (unused === undefined) return;
  const index = resolutions.findIndex((one) => pathText(one.path) === pathText(unused.path));
  const reason = `there is nothing to decide at ${pathText(unused.path)}`;
  const place = `body.resolutions.${index}.path`;
  throw new SealiftError('INPUT_INVALID', { place, values: { what: 'the resolution', reason } });
}

/** @throws MERGE_* where the text cannot be read for certain */
export function checkPasted({ row, text }: PastedRow): void {
  pastedDifferences(mergeTexts(row, []), text);
}

function mergeTexts(row: UpgradeLayerRow, resolutions: readonly Resolution[]): MergeResult {
  const { base, current, incoming } = row;
  // Nothing of the site's is there yet, or nothing of it will be.
  if (row.from_version === null) return merge({ base: incoming, current: incoming, incoming });
  if (row.to_version === null) return merge({ base: '', current: '', incoming: '' });
  const migrations = z.array(migrationSchema).parse(JSON.parse(row.migrations));
  const presets = { base: row.base_presets ?? '', incoming: row.incoming_presets ?? '' };
  return merge({ base, current, incoming, resolutions, migrations, presets });
}

function stateOf(row: UpgradeLayerRow, openConflicts: number): LayerChange['state'] {
  if (row.to_version === null) return 'removed';
  if (row.pasted !== null) return 'edited';
  if (openConflicts > 0) return 'conflicts';
  if (row.from_version === null) return 'added';
  return row.from_version === row.to_version && row.base === row.incoming ? 'unchanged' : 'merged';
}

function isKept(decision: Decision): boolean {
  if (decision.resolvedBy !== undefined) return decision.resolvedBy === 'current';
  return keptKinds.includes(decision.kind);
}
