import { setTimeout as delay } from 'node:timers/promises';
import { simulatedAt } from '@sealift/cli/demo/demo-environment';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { type Upgrade, upgradeSchema } from '@sealift/core/api';
import { lifecycle } from '@sealift/core/upgrade';
import type { Page } from 'playwright-core';
import { openWindow } from '../browser.ts';
import { startEnvironment } from '../environment.ts';
import { FaultyLine } from '../faulty-line.ts';
import type { SeededRandom } from '../random.ts';
import { signInByPassword } from '../sign-in-page.ts';
import { ClusterTruth } from './cluster-truth.ts';
import { judge, type Verdict } from './judge.ts';
import { plannedSteps } from './planned-steps.ts';
import { playFaults, type TimedFault } from './play-faults.ts';
import { type PageStatement, readPage } from './read-page.ts';

export interface WatchOptions {
  readonly chromium: string;
  /** Of the simulated cluster: at 1 a machine takes under four seconds. */
  readonly speed: number;
  /** Pages are read until so many statements are there, or the upgrade has ended, or the faults have, and what they held up. */
  readonly statements: number;
  /** Up to so long between two looks at all pages, ms; where truth is at risk a quarter of it. */
  readonly betweenMs: number;
  /** For so long after the last fault, ms. */
  readonly afterFaultsMs: number;
  /** Longest time for which a line repeats what was said before, ms: so much older may be what is shown. */
  readonly stalestMs: number;
  /** Longest time for which a line holds an answer back, ms. */
  readonly slowestMs: number;
  readonly random: SeededRandom;
  readonly faults: Iterable<TimedFault>;
  /** Another command line and other web pages than those of the checkout. */
  readonly product?: { readonly executable?: string; readonly pages?: string };
}

export interface Watched {
  readonly verdicts: readonly (Verdict & { readonly page: string; readonly instant: number; readonly at: number })[];
  readonly state: Upgrade['state'];
  /** By fault, how many statements were seen with it. */
  readonly seenWith: ReadonlyMap<string, number>;
}

/**
 * How old a page takes what it shows for now, in ms: the time between two looks and the wait for an answer, as the pages have them (the Summary
 * that of a locked console), and a moment in which a busy machine draws it.
 */
const windows = { '/cluster/nodes': 16_000, '/cluster/overview': 21_000, '/': 16_000, progress: 20_000 } as const;
type Shown = readonly [name: keyof typeof windows, where: 'here' | 'away', page: Page];

/** For so long after the cluster changed truth is at risk. */
const freshMs = 1500;

/** Runs an upgrade over lines with faults, and holds what the pages state, at many instants, against the cluster itself. */
export async function watchUpgrade(options: WatchOptions): Promise<Watched> {
  const { speed, stalestMs, slowestMs, product = {} } = options;
  let line: FaultyLine | undefined;
  const site = await startEnvironment(speed, undefined, {
    ...product,
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
    const away = pages.find(([, where]) => where === 'away')?.[2].context();
    const lines = { faults: line?.faults ?? new Map(), away: (isAway: boolean) => away?.setOffline(isAway) };
    const faulty = playFaults(lines, options.faults, truth, over.signal);
    const upgrade = async () => (await api.get(`/api/v1/upgrades/${draft.id}`, upgradeSchema)).state;
    const seen: { page: Shown[0]; statement: PageStatement; instant: number; fault: string; faultBeforeMs: number }[] =
      [];
    let state = await upgrade();
    for (let instant = 0; seen.length < options.statements && !lifecycle[state].ended; instant += 1) {
      if (faulty.overForMs() > options.afterFaultsMs) break;
      await untilNext(options, truth, faulty.atRisk());
      const [faultBeforeMs, fault] = [faulty.before(), faulty.now()];
      const statements = await Promise.all(pages.map(([, , page]) => page.evaluate<PageStatement>(readPage)));
      state = await upgrade();
      // What has just ended locks the console no more, and its pages are asked for less often.
      if (lifecycle[state].ended) break;
      for (const [index, statement] of statements.entries()) {
        const page = pages[index]?.[0] ?? '/';
        seen.push({
          page,
          statement: page === '/cluster/overview' ? ofLayers(statement) : statement,
          instant,
          fault,
          faultBeforeMs,
        });
      }
    }
    over.abort();
    await faulty.ended;
    await truth.look();
    await truth.stop();
    const verdicts = seen.map(({ page, statement, instant, faultBeforeMs }) => {
      const windowMs = windows[page] + stalestMs;
      return {
        page,
        instant,
        at: statement.at,
        ...judge(statement, truth, { steps, windowMs, slowestMs, faultBeforeMs }),
      };
    });
    const seenWith = new Map([...Map.groupBy(seen, ({ fault }) => fault)].map(([of, all]) => [of, all.length]));
    return { verdicts, state, seenWith };
  } finally {
    over.abort();
    await truth.stop().catch(() => undefined);
    await window.close();
    await site.remove();
    line?.close();
  }
}

/** What the overview says of nodes is read by itself, and is what their own page says. */
function ofLayers(statement: PageStatement): PageStatement {
  return { ...statement, nodes: null, unknown: statement.unknown.filter(([text]) => text.includes('layers')) };
}

/** Instants are drawn, closer to each other while truth is at risk, and come just after the cluster has changed. */
async function untilNext({ betweenMs, random }: WatchOptions, truth: ClusterTruth, isAtRisk: boolean): Promise<void> {
  const drawnMs = random.below(isAtRisk ? betweenMs / 4 : betweenMs);
  const justAfterMs = random.below(freshMs);
  const over = new AbortController();
  const changed = truth.changed().then(() => delay(justAfterMs, undefined, { signal: over.signal }));
  await Promise.race([delay(drawnMs), changed]);
  over.abort();
  changed.catch(() => undefined);
}

/** Every page that states something of the cluster, and two of them in a browser whose own line can be cut. */
async function openAll(first: Page, id: string): Promise<Shown[]> {
  const addresses = {
    progress: `/updates/${id}`,
    '/cluster/nodes': '/cluster/nodes',
    '/cluster/overview': '/cluster/overview',
    '/': '/',
  } as const;
  const here = first.context();
  const browser = here.browser();
  if (browser === null) throw new Error('the browser is gone');
  const { origin } = new URL(first.url());
  const away = await browser.newContext({ baseURL: origin, storageState: await here.storageState() });
  const wanted = [
    ...Object.keys(addresses).map((name) => [name, 'here', here] as const),
    ...['progress', '/cluster/nodes'].map((name) => [name, 'away', away] as const),
  ];
  const opened: Shown[] = [];
  for (const [key, where, context] of wanted) {
    const name = key as keyof typeof addresses;
    const page = await context.newPage();
    await page.goto(addresses[name]);
    await page.locator('h1').waitFor();
    await page.locator('.loading').first().waitFor({ state: 'detached' });
    opened.push([name, where, page]);
  }
  return opened;
}
