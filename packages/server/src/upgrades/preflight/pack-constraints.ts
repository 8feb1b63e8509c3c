import type { Check } from '@sealift/core/check';
import { parsePack } from '@sealift/core/pack';
import { unmetDependencies } from '@sealift/core/packs';
import type { Plan } from '@sealift/core/upgrade';
import { acceptable, block, pass, runCheck, warn } from '@sealift/upgrade/preflight/check';
import type { MergedLayerRow } from '../../merging/layer-merge.ts';
import type { Db } from '../../store/store.ts';

/** Whether the packs of each hop get what their constraints ask of each other. */
export function constraintsMet(db: Db, plan: Plan, layers: readonly MergedLayerRow[]): Promise<Check> {
  return runCheck('pack-constraints', 'Packs that depend on each other fit together', async () => {
    const digests = layers.flatMap(({ row }) => row.to_digest ?? []);
    const known = await packsOf(db, digests);
    const unmet = plan.hops.flatMap(({ to }, hop) => {
      const there = layers.filter(({ row }) => row.hop === hop);
      const packs = there.flatMap(({ row }) => known.get(row.to_digest ?? '') ?? []);
      return unmetDependencies(packs).map(({ reason }) => (plan.hops.length === 1 ? reason : `${to}: ${reason}`));
    });
    if (unmet.length > 0) {
      const remedy = 'Bring in the version that is asked for, or ask the vendor of the pack.';
      return acceptable(
        block(unmet.slice(0, shownAtMost).join('; '), remedy),
        'Packs run beside others that they do not name.',
        unmet,
      );
    }
    const missing = new Set(digests).size - known.size;
    if (missing === 0) return pass(`${known.size} packs`);
    return warn(
      `Nothing is known of what ${missing} packs ask for: they are not in the catalogue`,
      'Run the bundle that holds them again, and sync.',
    );
  });
}

const shownAtMost = 10;

/** The packs of the catalogue with these digests, by digest; those that it does not have are left out. */
export async function packsOf(db: Db, digests: readonly string[]) {
  if (digests.length === 0) return new Map<string, ReturnType<typeof parsePack>>();
  const rows = await db
    .selectFrom('catalogue_pack')
    .select(['digest', 'pack_json'])
    .where('digest', 'in', digests)
    .execute();
  return new Map(rows.map((row) => [row.digest, parsePack(row.pack_json, 'the catalogue')]));
}
