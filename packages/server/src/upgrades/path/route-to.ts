import { SealiftError } from '@sealift/core/errors';
import type { PathPlan } from '@sealift/core/planner';
import { type StoredRelease, storedRelease } from '../../catalogue/stored-release.ts';
import { type PathServices, sitePath } from './plan-path.ts';

/**
 * The signed releases that lead from the installed one to another, in their order.
 *
 * @throws NOT_ADOPTED, RELEASE_UNKNOWN, RELEASE_ROW_TAMPERED, SIGNATURE_*, UPGRADE_NOT_LEGAL with the broken rules
 */
export async function routeTo(services: PathServices, product: string, to: string): Promise<readonly StoredRelease[]> {
  // Named first, so that a release that is damaged is refused as what it is.
  await storedRelease(services.store.db, to, product);
  const whole = await sitePath(services, { to });
  // What is missing can be brought in later; the preflight of the draft says so.
  const plan = whole.path === null ? await sitePath(services, { to, evenIncomplete: true }) : whole;
  if (plan.path === null) {
    throw new SealiftError('UPGRADE_NOT_LEGAL', { values: { from: plan.from, to, reason: whyNot(plan, to) } });
  }
  const route: StoredRelease[] = [];
  for (const hop of plan.path.hops) route.push(await storedRelease(services.store.db, hop.to, product));
  return route;
}

function whyNot({ from, refused }: PathPlan, to: string): string {
  const because = refused.find(({ version }) => version === to)?.because ?? [];
  if (because.length === 0) return `${to} is not newer than the installed ${from}; downgrades are not supported.`;
  return because
    .map(
      (broken) => (broken.from === from && broken.to === to ? '' : `${broken.from} to ${broken.to}: `) + broken.reason,
    )
    .join(' ');
}
