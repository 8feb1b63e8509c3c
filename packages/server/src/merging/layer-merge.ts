import { type LayerChange, type LayerPreview, layerPreviewSchema, type ValueProblem } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import {
  type Decision,
  isOpen,
  maskDecisions,
  merge,
  type MergeResult,
  offerResolutions,
  rememberedResolutionSchema,
  rememberResolutions,
  type Resolution,
  resolutionSchema,
} from '@sealift/core/merge';
import { layerNameSchema } from '@sealift/core/pack';
import { migrationSchema } from '@sealift/core/release';
import { z } from 'zod';
import { storedJson } from '../store/stored-json.ts';
import type { UpgradeLayerRow } from '../store/tables/upgrades.ts';
import { carriedFor, handOn, type LinkedRow } from './carried-answers.ts';
import { valueProblems } from './check-values.ts';
import { declaredPasswords } from './declared-passwords.ts';
import { isOverridden, pastedDifferences } from './pasted.ts';

/** What lists and checks need of a merged layer: little, however much it differs. */
export interface LayerSummary extends LayerChange {
  readonly problems: readonly ValueProblem[];
  /** In how many places a pasted text differs from the merge. */
  readonly pastedDifferences: number;
}

/** What a conflict was settled to, as the memory of such answers keeps it. */
export interface SettledPath {
  /** The path as canonical JSON. */
  readonly pathKey: string;
  /** `RememberedResolution` as JSON. */
  readonly remembered: string;
}

/** A layer of an upgrade, merged: what lists, checks and the upgrade itself need of it. */
export interface LayerMerge {
  readonly summary: LayerSummary;
  /** The text that the layer will run; null where it is removed. */
  readonly text: string | null;
  /** Whether the layer would run other values, or another pack, than now. */
  readonly changes: boolean;
  readonly settled: readonly SettledPath[];
  /** What later hops need of the answers so far (`handOn`). */
  readonly handsOn: string;
}

export interface MergedLayerRow extends LayerMerge {
  readonly row: LinkedRow;
}

/** A text that a person puts in the merge's place. */
export interface PastedRow {
  readonly row: LinkedRow;
  readonly text: string;
}

/** A row, and how earlier upgrades settled conflicts of its layer: each `RememberedResolution` as JSON. */
export interface RowWithMemory {
  readonly row: LinkedRow;
  readonly remembered: readonly string[];
}

const keptKinds: readonly Decision['kind'][] = ['kept-custom', 'added-by-site', 'removed-by-site', 'moved'];

/** Merges the three texts of a row. @throws MERGE_*, RECORD_DAMAGED */
export function mergeAnew(row: LinkedRow): LayerMerge {
  return layerMergeOf(row, mergeRow(row));
}

/** What is kept of a row's merge. */
export function layerMergeOf(row: LinkedRow, made: MergedRow): LayerMerge {
  const { merged, change, problems, differences, text, resolutions } = made;
  return {
    summary: { ...change, problems, pastedDifferences: differences.length },
    text,
    changes: row.from_version !== row.to_version || text !== row.current,
    settled: row.pasted === null ? settledPaths(merged.decisions, resolutions) : [],
    handsOn: handOn(row, merged.decisions, resolutions),
  };
}

/**
 * What a page shows of one layer: `LayerPreview` as JSON in UTF-8; its last field is `offered`, and empty. Secrets are masked in its decisions; the
 * texts and the values that a person gave are whole, for they are edited and sent back.
 *
 * It is made for one layer when somebody opens it: to mask takes longer than to merge, and a plan of many layers waits for none of it.
 *
 * @returns bytes that are sent as they are, for they grow with the number of differing paths
 * @throws MERGE_*, RECORD_DAMAGED
 */
export function previewAnew(row: LinkedRow): Uint8Array {
  const { merged, change, problems, differences, text, own, carried } = mergeRow(row);
  const preview: LayerPreview = {
    ...change,
    base: row.base,
    current: row.current,
    incoming: row.incoming,
    merged: text ?? '',
    ...maskedDecisions(row, merged),
    resolutions: [...own],
    carried: [...carried],
    problems,
    pasted: row.pasted === null ? null : { differences },
    offered: [],
  };
  return jsonBytes(inOrder(layerPreviewSchema.parse(preview)));
}

/** A row, merged, with all that is said of it. @throws MERGE_*, RECORD_DAMAGED */
export function mergeRow(row: LinkedRow) {
  const { merged, own, carried, unused } = mergeAnswered(row);
  const resolutions = [...own, ...carried];
  const openConflicts = row.pasted === null ? merged.conflicts.length : 0;
  const text = row.to_version === null ? null : (row.pasted ?? merged.text);
  const differences = row.pasted === null ? [] : pastedDifferences(merged, row.pasted);
  const kept = merged.decisions.filter((decision) => isKept(decision) && !isOverridden(decision, differences));
  const problems = text === null ? [] : valueProblems(row, text);
  const change: LayerChange = {
    id: layerAddress(row),
    hop: row.hop,
    layer: layerNameSchema.parse(row.layer),
    pack: row.pack,
    displayName: row.display_name,
    fromVersion: row.from_version,
    toVersion: row.to_version,
    state: stateOf(row, openConflicts),
    openConflicts,
    keptCustomisations: kept.length,
  };
  return { merged, change, problems, differences, text, resolutions, own, carried, unused };
}
export type MergedRow = ReturnType<typeof mergeRow>;

/** With what is added to the answer later as its last field. */
function inOrder({ offered, ...preview }: LayerPreview): LayerPreview {
  return { ...preview, offered };
}

/** A pasted text ran in the merge's place: nothing was settled then. */
function settledPaths(decisions: readonly Decision[], resolutions: readonly Resolution[]): SettledPath[] {
  return rememberResolutions(decisions, resolutions).map((entry) => ({
    pathKey: canonicalJson(entry.path),
    remembered: JSON.stringify(entry),
  }));
}

/** What earlier answers are offered for the open conflicts of a row, as a JSON array in UTF-8. @throws MERGE_*, RECORD_DAMAGED */
export function offerRemembered({ row, remembered }: RowWithMemory): Uint8Array {
  const memory = remembered.map((text) => storedJson('what was settled before', text, rememberedResolutionSchema));
  // Compared with what was settled before by the true values.
  return jsonBytes(offerResolutions(mergeAnswered(row).merged.conflicts, memory));
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Decisions for people: secrets masked, and what schemas name as passwords. */
export function maskedDecisions(row: UpgradeLayerRow, { decisions, trees }: MergeResult) {
  const { base, current, incoming } = row;
  const passwords = declaredPasswords(row);
  const masked = maskDecisions(decisions, { base, current, incoming, declared: passwords, trees });
  return { passwords, decisions: [...masked], conflicts: masked.filter((one) => isOpen(one)) };
}

/** What a row's merge decided, for people: secrets masked. @throws MERGE_*, RECORD_DAMAGED */
export function maskedMerge(row: LinkedRow) {
  const { merged } = mergeAnswered(row);
  const differences = row.pasted === null ? [] : pastedDifferences(merged, row.pasted);
  return { ...maskedDecisions(row, merged), pastedDifferences: differences.length };
}

/** The part of a merged layer that lists show. */
export function layerChangeOf({
  problems: _problems,
  pastedDifferences: _count,
  ...change
}: LayerSummary): LayerChange {
  return change;
}

/** @throws MERGE_* where the text cannot be read for certain */
export function checkPasted({ row, text }: PastedRow): void {
  pastedDifferences(mergeTexts(row, []), text);
}

/** The name of a layer of an upgrade in URLs: in the first hop that of the layer, in others with the hop before it. */
export function layerAddress({ hop, layer_id: layer }: Pick<UpgradeLayerRow, 'hop' | 'layer_id'>): string {
  return hop === 0 ? layer : `${hop}-${layer}`;
}

/** A row's merge with its own answers, and those of earlier hops to what is still open then. */
function mergeAnswered(row: LinkedRow) {
  const own = storedJson('the resolutions of a layer', row.resolutions, z.array(resolutionSchema));
  const asked = mergeTexts(row, own);
  const carried = carriedFor(row, asked.conflicts);
  const unused = asked.unusedResolutions;
  if (carried.length === 0) return { merged: asked, own, carried, unused };
  return { merged: mergeTexts(row, [...own, ...carried]), own, carried, unused };
}

function mergeTexts(row: UpgradeLayerRow, resolutions: readonly Resolution[]): MergeResult {
  const { base, current, incoming } = row;
  // Nothing of the site's is there yet, or nothing of it will be.
  if (row.from_version === null) return merge({ base: incoming, current: incoming, incoming });
  if (row.to_version === null) return merge({ base: '', current: '', incoming: '' });
  const migrations = storedJson('the migrations of a layer', row.migrations, z.array(migrationSchema));
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
