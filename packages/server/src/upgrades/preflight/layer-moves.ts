import { isStep, type Plan, stepsOfPlan } from '@sealift/core/upgrade';
import type { LayerMove } from '@sealift/site/layer-move';
import { hashOfValues } from '@sealift/upgrade/frozen';
import type { DesiredLayer, LayerPlace } from '@sealift/upgrade/ports/cluster';
import type { InstalledProfile } from '../../platform/installed.ts';
import type { MergedLayerRow } from '../../merging/layer-merge.ts';

/**
 * What an upgrade does with each layer that the site runs or will run, with the values that were merged for it: in the order in which it is done,
 * and after them those that it leaves alone.
 *
 * @param profile what is recorded to run; null where no release was adopted
 */
export function layerMoves(
  profile: InstalledProfile | null,
  plan: Plan,
  merged: readonly MergedLayerRow[],
): readonly LayerMove[] {
  const before = desired(
    (profile?.layers ?? []).map(({ currentValues, ...layer }) => ({ ...layer, values: currentValues })),
    profile?.releaseDigest ?? '',
  );
  // What earlier hops lead to is gone by then.
  const last = merged.filter(({ row }) => row.hop === plan.hops.length - 1);
  const after = desired(
    last.flatMap(({ row, summary, text }) => {
      const { to_version: version, to_digest: digest } = row;
      if (text === null || version === null || digest === null) return [];
      return [{ layer: summary.layer, pack: row.pack, version, digest, values: text }];
    }),
    plan.hops.at(-1)?.release ?? '',
  );
  const open = new Set(last.filter(({ summary }) => summary.openConflicts > 0).map(({ summary }) => keyOf(summary)));
  const doing = new Map<string, LayerMove['doing']>();
  const put = (place: LayerPlace, does: LayerMove['doing']): void => {
    // Of a layer that several hops change, the last one counts.
    doing.delete(keyOf(place));
    doing.set(keyOf(place), does);
  };
  for (const step of stepsOfPlan(plan)) {
    if (isStep(step, 'layer')) put(step.target, 'apply');
    if (isStep(step, 'remove-layer')) put(step.target, 'remove');
  }
  const order = [...doing.keys()];
  const rankOf = (place: LayerPlace): number => {
    const at = order.indexOf(keyOf(place));
    return at < 0 ? order.length : at;
  };
  const places = new Map([...before, ...after].map(([key, { layer, pack }]) => [key, { layer, pack }]));
  const moves = [...places].map(([key, place]) => {
    const does = doing.get(key) ?? 'nothing';
    const next = does === 'apply' && !open.has(key) ? after.get(key) : undefined;
    return { ...place, now: before.get(key), next, doing: does };
  });
  return moves.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** @param release digest of its marker */
function desired(
  layers: readonly Pick<DesiredLayer, 'layer' | 'pack' | 'version' | 'digest' | 'values'>[],
  release: string,
): ReadonlyMap<string, DesiredLayer> {
  const profile = new Map(layers.map(({ pack, values }) => [pack, values]));
  return new Map(
    layers.map(({ layer, pack, version, digest, values }) => [
      keyOf({ layer, pack }),
      { layer, pack, version, digest, values, valuesHash: hashOfValues(values), profile, release },
    ]),
  );
}

function keyOf({ layer, pack }: LayerPlace): string {
  return `${layer}/${pack}`;
}
