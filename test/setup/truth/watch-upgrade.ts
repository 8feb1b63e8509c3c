import { setTimeout as delay } from 'node:timers/promises';
import { simulatedAt } from '@sealift/cli/demo/demo-environment';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { type Upgrade, upgradeSchema } from '@sealift/core/api';
import { lifecycle } from '@sealift/core/upgrade';
import { waitUntil } from '@sealift/testkit/wait-until';
import type { Page } from 'playwright-core';
import { openWindow } from '../browser.ts';
import { startEnvironment } from '../environment.ts';
import { FaultyLine, type LineFault, type LinePeer } from '../faulty-line.ts';
import type { SeededRandom } from '../random.ts';
import { signInByPassword } from '../sign-in-page.ts';
import { ClusterTruth } from './cluster-truth.ts';
import { judge, type PlannedStep, type Verdict } from './judge.ts';
import { type PageStatement, readPage } from './read-page.ts';

/** A fault of the line for some time, after some time without one. */
export interface TimedFault {
  readonly afterMs: number;
  readonly peer: LinePeer;
  readonly fault: LineFault;
  readonly forMs: number;
}

export interface WatchOptions {
  readonly chromium: string;
  /** Of the simulated cluster: at 1 a machine takes under four seconds. */
  readonly speed: number;
  readonly instants: number;
  /** Up to so long between two of them, ms. */
  readonly betweenMs: number;
  readonly random: SeededRandom;
  readonly faults: Iterable<TimedFault>;
}

export interface Watched {
  readonly verdicts: readonly (Verdict & { readonly page: string; readonly instant: number; readonly at: number })[];
  readonly state: Upgrade['state'];
  /** By fault, how many instants were seen with it. */
  readonly seenWith: ReadonlyMap<string, number>;
}

/**
 * How old a page takes what it shows for now, in ms: the time between two looks and the wait for an answer, as the pages have them, the
 * tick of their clock, and up to four seconds for which a faulty line repeats what was said before.
 */
const windows = { '/cluster/nodes': 20_000, '/': 36_000, progress: 24_000 } as const;
/** Longest time for which a line may repeat what was said. */
export const stalestMs = 4000;

/** Runs a whole upgrade over a line with faults, and holds what three pages state, at random instants, against the cluster itself. */
export async function watchUpgrade(options: WatchOptions): Promise<Watched> {
  const { speed, instants, betweenMs, random, faults } = options;
  let line: FaultyLine | undefined;
  const site = await startEnvironment(speed, undefined, {
    startCluster: async (demo, vendor) => {
      const simulated = await simulatedAt(speed)(demo, vendor);
      line = await FaultyLine.before(simulated.service.ready.url);
      return { ...simulated, consoleArgs: ['--simulator', line.url] };
    },
  });
  const { api, ...administrator } = site.administrator;
  const truth = new ClusterTruth(site.cluster.service.ready.url);
  const window = await openWindow(options.chromium, api.url);
  const over = new AbortController();
  try {
    await syncRegistry(api, over.signal);
    const draft = await api.post('/api/v1/upgrades', { to: '4.2.13' }, upgradeSchema);
    const { hash, plan } = await api.post(`/api/v1/upgrades/${draft.id}/preflight`, {}, upgradeSchema);
    const steps = plannedSteps(plan);
    truth.watch();
    await window.page.goto('/');
    await signInByPassword(window.page, { ...administrator, api });
    await api.post(`/api/v1/upgrades/${draft.id}/confirm`, { hash }, upgradeSchema);
    const pages = await openAll(window.page, draft.id);
    const seen: { page: string; statement: PageStatement; fault: string; faultBeforeMs: number }[] = [];
    const faulty = playFaults(line, faults, over.signal);
    const upgrade = () => api.get(`/api/v1/upgrades/${draft.id}`, upgradeSchema);
    for (let instant = 0; instant < instants; instant += 1) {
      await delay(random.below(betweenMs));
      const [page, shown] = random.pick(pages);
      const before = faulty.before();
      const fault = faulty.now();
      seen.push({ page, statement: await shown.evaluate<PageStatement>(readPage), fault, faultBeforeMs: before });
    }
    const state = await waitUntil(
      'the end of the upgrade',
      async () => {
        const now = await upgrade();
        return lifecycle[now.state].ended && now.state;
      },
      240_000,
    );
    over.abort();
    await faulty.ended;
    await truth.look();
    await truth.stop();
    const verdicts = seen.map(({ page, statement, faultBeforeMs }, instant) => {
      const windowMs = windows[page as keyof typeof windows];
      return { page, instant, at: statement.at, ...judge(statement, truth, { steps, windowMs, faultBeforeMs }) };
    });
    return {
      verdicts,
      state,
      seenWith: new Map([...Map.groupBy(seen, ({ fault }) => fault)].map(([of, all]) => [of, all.length])),
    };
  } finally {
    over.abort();
    await truth.stop().catch(() => undefined);
    await window.close();
    await site.remove();
    line?.close();
  }
}

function plannedSteps(plan: Upgrade['plan']): readonly PlannedStep[] {
  return (plan?.hops ?? []).flatMap(({ steps }) =>
    steps.flatMap((step): PlannedStep[] => {
      const { title } = step;
      if (step.kind === 'layer') {
        const { layer, pack, version } = step.target;
        return [{ title, isThere: ({ layers }) => layers.get(`${layer}/${pack}`) === version }];
      }
      if (step.kind !== 'control-plane' && step.kind !== 'workers') return [];
      const group = step.kind;
      const isThere: PlannedStep['isThere'] = ({ nodes }) =>
        nodes
          .filter(({ role }) => (role === 'worker' ? 'workers' : role) === group)
          .every(({ version, template }) => version === step.target.kubernetes && template === step.target.template);
      return [{ title, isThere, group }];
    }),
  );
}

async function openAll(first: Page, id: string): Promise<(readonly [page: string, shown: Page])[]> {
  const addresses = { progress: `/updates/${id}`, '/cluster/nodes': '/cluster/nodes', '/': '/' };
  const opened: (readonly [string, Page])[] = [];
  for (const [name, address] of Object.entries(addresses)) {
    const page = await first.context().newPage();
    await page.goto(address);
    await page.locator('h1').waitFor();
    await page.locator('.loading').first().waitFor({ state: 'detached' });
    opened.push([name, page]);
  }
  return opened;
}

/** Plays faults one after another until there are no more, or it is over. */
function playFaults(line: FaultyLine | undefined, faults: Iterable<TimedFault>, over: AbortSignal) {
  let current = 'none';
  let endedAt = Number.NEGATIVE_INFINITY;
  const ended = (async () => {
    for (const { afterMs, peer, fault, forMs } of faults) {
      await delay(afterMs, undefined, { signal: over });
      line?.faults.set(peer, fault);
      current = `${peer} ${fault}`;
      await delay(forMs, undefined, { signal: over });
      line?.faults.clear();
      current = 'none';
      endedAt = Date.now();
    }
  })().catch(() => line?.faults.clear());
  return { ended, now: () => current, before: () => (current === 'none' ? Date.now() - endedAt : 0) };
}
