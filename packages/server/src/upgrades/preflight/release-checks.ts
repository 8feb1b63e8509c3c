import type { Check } from '@sealift/core/check';
import { mapAtOnce } from '@sealift/io/map-at-once';
import type { Plan } from '@sealift/core/upgrade';
import type { DeclaredPort } from '@sealift/upgrade/ports/declared';
import {
  type CheckPlace,
  declaredCheck,
  declaredStepCheck,
  isDeclaredWork,
} from '@sealift/upgrade/preflight/declared-check';
import type { StoredRelease } from '../../catalogue/stored-release.ts';

/** Looks that are under way at a time: a release may declare a hundred, and each asks the API server for a list. */
const atOnce = 6;

/**
 * The checks that the releases of a plan declare, and a look at what their steps would do, each its own answer.
 *
 * @param releases that the plan's hops go to, in order
 */
export async function releaseChecks(
  port: DeclaredPort,
  plan: Plan,
  releases: readonly StoredRelease[],
): Promise<readonly Check[]> {
  const looks = releases.flatMap(({ release: { metadata, spec } }, index): readonly (() => Promise<Check>)[] => {
    const place: CheckPlace = { release: metadata.version, isLater: index > 0 };
    const steps = (plan.hops[index]?.steps ?? []).filter(isDeclaredWork);
    return [
      ...spec.checks.map((check) => () => declaredCheck(port, check, place)),
      ...steps.map((step) => () => declaredStepCheck(port, step, place)),
    ];
  });
  return await mapAtOnce(looks, atOnce, (look) => look());
}
