import { type EvidenceDecision, type LayerEvidence, longestSource, mostDecisions } from '@sealift/core/evidence';
import { type Decision, type DecisionKind, pathText, type Side } from '@sealift/core/merge';
import { layerNameSchema } from '@sealift/core/pack';
import type { UpgradeLayerRow } from '../store/tables/upgrades.ts';
import type { LinkedRow } from './carried-answers.ts';
import { maskedMerge } from './layer-merge.ts';

/** What became of a layer's values, without who decided: secrets masked, bounded however much differs. @throws MERGE_*, RECORD_DAMAGED */
export function layerEvidence(row: LinkedRow): LayerEvidence {
  const { decisions, pastedDifferences } = maskedMerge(row);
  const counts: Partial<Record<DecisionKind, number>> = {};
  for (const { kind } of decisions) counts[kind] = (counts[kind] ?? 0) + 1;
  const settled = decisions.filter(({ resolvedBy }) => resolvedBy !== undefined);
  const others = decisions.filter(({ resolvedBy }) => resolvedBy === undefined);
  return {
    ...placeOf(row),
    pasted: row.pasted === null ? null : { decided: null, differences: pastedDifferences },
    counts,
    decisions: [...settled, ...others].slice(0, mostDecisions).map(shown),
    problem: null,
  };
}

/** A layer of which nothing more can be told. */
export function untoldLayer(row: UpgradeLayerRow, problem: string): LayerEvidence {
  const pasted = row.pasted === null ? null : { decided: null, differences: 0 };
  return { ...placeOf(row), pasted, counts: {}, decisions: [], problem };
}

function placeOf({ layer, pack, from_version: fromVersion, to_version: toVersion }: UpgradeLayerRow) {
  return { layer: layerNameSchema.parse(layer), pack, fromVersion, toVersion };
}

function shown({ path, kind, reason, resolvedBy, base, current, incoming }: Decision): EvidenceDecision {
  return {
    path: pathText(path),
    kind,
    reason,
    resolvedBy: resolvedBy ?? null,
    decided: null,
    base: sourceOf(base),
    current: sourceOf(current),
    incoming: sourceOf(incoming),
  };
}

function sourceOf(side: Side | undefined): string | null {
  if (side === undefined) return null;
  return side.source.length > longestSource ? `${side.source.slice(0, longestSource)}…` : side.source;
}
