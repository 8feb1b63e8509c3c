import type { MirrorState } from '@sealift/core/api';
import { waitUntil } from '@sealift/testkit/wait-until';
import { expect } from 'vitest';
import { KilledConsole } from '../../setup/killed-console.ts';
import type { MirrorSite } from './mirror-site.ts';
import { visibleContent } from './visible-content.ts';

/** What a mirror came to whose console was killed. */
export interface KilledMirror {
  /** Moments at which it was killed, in order. */
  readonly kills: readonly string[];
  readonly moments: readonly string[];
  /** How it ended at last. */
  readonly end: MirrorState;
}

/**
 * Mirrors a release, kills the console (SIGKILL) at every so many moments of it, starts it again and mirrors again, until all is there. Each
 * time what the console tells and what the target shows is looked at.
 */
export async function mirrorThroughKills(site: MirrorSite, oneIn: number): Promise<KilledMirror> {
  const killed = new KilledConsole(oneIn, async () => await site.again());
  killed.watch(site.console, Promise.resolve());
  site.line.at = (when, change) => killed.at(when, change);
  let kills = 0;
  for (;;) {
    const { startedAt } = await site.begin();
    const end = await waitUntil(
      'the end of a mirror',
      async () => {
        const state = await site.state();
        return state.startedAt === startedAt && state.state !== 'running' && state;
      },
      60_000,
    );
    await expectNothingHalf(site);
    if (killed.kills.length === kills) {
      site.line.at = () => Promise.resolve();
      return { kills: killed.kills, moments: killed.moments, end };
    }
    kills = killed.kills.length;
    expectInterrupted(end);
    expect((await site.told()).at(-1)).toMatchObject({
      action: 'pack-registry.mirrored',
      details: { to: 'theirs', state: 'failed', message: end.message },
    });
  }
}

/** A mirror whose console was killed: neither under way nor done, and nothing of it is either. */
export function expectInterrupted(mirror: MirrorState): void {
  expect(mirror).toMatchObject({
    state: 'failed',
    message: 'The console was stopped; mirror again, what is there already is not sent again',
  });
  expect(Date.parse(mirror.finishedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(mirror.startedAt ?? ''));
  expect(mirror.parts.map(({ state }) => state)).not.toContain('running');
}

/** Whatever a tag of the target leads to is there, whole; the marker only with all that it pins. */
export async function expectNothingHalf(site: MirrorSite): Promise<void> {
  const { tags, troubles } = await visibleContent(site.docker.registry);
  expect(troubles).toEqual([]);
  const foreign = [...tags].filter(([name, digest]) => site.wanted.get(name) !== digest);
  expect(foreign).toEqual([]);
  if ([...tags.keys()].some((name) => name.includes('sealift-catalog:'))) expect(tags).toEqual(new Map(site.wanted));
}

/** All is there by its digest, and nothing was sent twice that had arrived. */
export async function expectWhole(site: MirrorSite): Promise<void> {
  const { tags, troubles } = await visibleContent(site.docker.registry);
  expect(troubles).toEqual([]);
  expect(tags).toEqual(new Map(site.wanted));
  const { taken } = site.line;
  expect(taken.filter((one, index) => taken.indexOf(one) !== index)).toEqual([]);
  expect(taken).toContain(site.largest);
}
