import { rehearsalLegs } from '@sealift/core/rehearsal';
import type { Plan } from '@sealift/core/upgrade';
import type { RehearsalWish } from '@sealift/upgrade/ports/rehearsals';
import type { InstalledProfile } from '../../platform/installed.ts';

/** What of a plan is to be rehearsed: with the programs of its last release first, and those of the installed one at the end. */
export function rehearsalWish(plan: Plan, installed: Pick<InstalledProfile, 'releaseDigest'> | null): RehearsalWish {
  const releases = [...plan.hops.map(({ release }) => release).toReversed(), installed?.releaseDigest];
  return { legs: rehearsalLegs(plan), releases: releases.filter((one) => one !== undefined) };
}
