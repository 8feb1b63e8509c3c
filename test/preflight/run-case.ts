import type { Check } from '@sealift/core/check';
import { expect } from 'vitest';
import { type FaultCase, remedies, told, usualTarget } from './fault-case.ts';
import type { PreflightSite } from './site/preflight-site.ts';

/** Checks that say more than `pass`, as `name outcome: detail`. */
export function notWell(checks: readonly Check[]): readonly string[] {
  return checks
    .filter(({ outcome }) => outcome !== 'pass')
    .map(({ name, outcome, detail }) => `${name} ${outcome}: ${detail}`);
}

/** Seeds a fault, has the preflight find it, does what the remedy says, and has the preflight find nothing. */
export async function runCase(site: PreflightSite, one: FaultCase): Promise<void> {
  await site.draft(one.to ?? usualTarget);
  let found: Check | undefined;
  let isMended = false;
  try {
    await one.seed(site);
    const checks = await site.look();
    found = checks.find(({ name }) => name === one.check);
    if (found === undefined)
      throw new Error(`no check ${one.check} among ${checks.map(({ name }) => name).join(', ')}`);
    judge(one, found, checks);
    await one.remedy(site, found);
    isMended = true;
    expect(notWell((await site.look()).filter(({ name }) => one.stays?.includes(name) !== true))).toEqual([]);
  } finally {
    // The next one begins at a site that is well, whatever became of this.
    if (!isMended && found !== undefined) await one.remedy(site, found).catch(() => undefined);
    await one.clean?.(site);
  }
}

/** Whether what was found is what is wrong, and nothing else is said. */
function judge({ check, expects }: FaultCase, found: Check, checks: readonly Check[]): void {
  const all = `${found.outcome}: ${told(found)}`;
  expect(all).toMatch(new RegExp(`^${expects.state}: `));
  expect(all).toContain(expects.object);
  expect(all).toMatch(expects.evidence);
  expect(found.remedy ?? '').not.toBe('');
  expect(remedies(found)).toContain(expects.remedy);
  const also = expects.also ?? [];
  const others = checks.filter(({ name, outcome }) => outcome !== 'pass' && name !== check);
  expect(notWell(others.filter(({ name }) => !also.includes(name)))).toEqual([]);
  expect(others.map(({ name }) => name).toSorted()).toEqual(also.toSorted());
}
