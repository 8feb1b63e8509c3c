import { SealiftError } from '@sealift/core/errors';
import type { RehearsedLegs, RehearsalsPort } from '@sealift/upgrade/ports/rehearsals';
import { waitUntil } from '@sealift/testkit/wait-until';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { frozenSample, storeConfirmedUpgrade } from '../../testing/confirmed-upgrade.ts';
import { memoryConsole } from '../../testing/memory-console.ts';
import { portsOf } from '../../testing/ports-of.ts';
import { sharedStore } from '../../testing/shared-store.ts';
import { loadUpgrade } from '../queries.ts';
import { planText } from '../stored-plan.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { upgradeView } from '../upgrade-view.ts';
import { rehearseUpgrade } from './rehearse-upgrade.ts';
import { Rehearsals } from './rehearsals.ts';
import { beatMs } from './stored-rehearsal.ts';

const id = '6d8f5a0e-0000-4000-8000-000000000007';
const someone = { name: 'bob', address: 'local' };
const store = sharedStore();

const nodes = { kubernetes: '1.27.2', template: 't' };
const rolled = {
  id: '0-control-plane',
  kind: 'control-plane',
  title: '',
  rollback: 'restorable',
  target: nodes,
} as const;

/** Gives the draft a plan whose control plane goes to the next minor. */
async function crossMinor(): Promise<void> {
  const [hop] = frozenSample.plan.hops;
  if (hop === undefined) throw new Error('the sample has no hop');
  const plan = planText({ ...frozenSample.plan, hops: [{ ...hop, steps: [...hop.steps, rolled] }] });
  await store().db.updateTable('upgrade').set({ plan }).execute();
}

beforeEach(async () => {
  await storeConfirmedUpgrade(store().db, id, 'draft');
  await crossMinor();
});

const found: RehearsedLegs = {
  cluster: 'sha256:a',
  ways: [
    {
      way: 'forward',
      running: 'v1.26.8',
      other: 'v1.27.2',
      emulated: null,
      served: true,
      objects: 10,
      written: 10,
      findings: [],
      found: 0,
      unlooked: [],
    },
  ],
};

/** A site whose rehearsal ends when it is told to, and how often it was looked at. */
function site(port: Partial<RehearsalsPort> = {}, over = store()) {
  const parts = memoryConsole(over);
  const ending = Promise.withResolvers<RehearsedLegs>();
  const looks = { count: 0 };
  const rehearsals: RehearsalsPort = {
    lacking: () => Promise.resolve([]),
    clusterNow: () => Promise.resolve('sha256:a'),
    rehearse: (_wish, onStage, cancel) => {
      onStage('comparing');
      cancel.addEventListener('abort', () => ending.reject(new SealiftError('CANCELLED')));
      return ending.promise;
    },
    ...port,
  };
  const cluster = {
    ...portsOf(parts.cluster),
    rehearsals,
    checks: () => {
      looks.count += 1;
      return Promise.resolve([]);
    },
  };
  const keeper = new Rehearsals(over, cluster, parts.events);
  const services: UpgradeServices = { ...parts, cluster, rehearsals: keeper };
  const view = async () => (await upgradeView(services, await loadUpgrade(store().db, id))).rehearsal;
  const begin = () => rehearseUpgrade(services, someone, id);
  const state = (wanted: string) =>
    waitUntil(`the rehearsal to be ${wanted}`, async () => (await view())?.state === wanted);
  return { keeper, view, begin, state, ending, looks };
}

const actions = async (): Promise<readonly string[]> =>
  (await store().db.selectFrom('audit_entry').select('action').orderBy('sequence').execute()).map(
    ({ action }) => action,
  );

describe('a rehearsal by the console', () => {
  it('is told of while it is done, and by the preflight once it has ended', async () => {
    const { keeper, begin, view, state, ending, looks } = site();
    expect(await view()).toBeNull();
    await begin();
    await waitUntil('a stage', async () => (await view())?.stage === 'comparing');
    expect(await view()).toMatchObject({
      state: 'running',
      by: 'bob',
      legs: [{ from: '1.26.8', to: '1.27.2', native: true }],
    });
    expect(looks.count).toBe(0);
    ending.resolve(found);
    await state('ended');
    await waitUntil('another look at the site', () => looks.count === 1);
    expect(await view()).toMatchObject({ cluster: 'sha256:a', ways: found.ways, failure: null });
    await keeper.close();
    expect(await actions()).toEqual(['upgrade.rehearse', 'upgrade.rehearsed']);
  });

  it('is done one at a time, here and at another console of the database', async () => {
    const [first, second] = [site(), site()];
    await first.begin();
    await expect(first.begin()).rejects.toMatchObject({ code: 'REHEARSAL_RUNNING' });
    await expect(second.begin()).rejects.toMatchObject({ code: 'REHEARSAL_RUNNING' });
    first.ending.resolve(found);
    await first.state('ended');
    await first.keeper.close();
    await second.begin();
    await second.keeper.close();
    expect(await second.view()).toMatchObject({
      state: 'failed',
      failure: { message: 'the console that did it was stopped' },
    });
  });

  it('that fails says why, and the next one is in its place', async () => {
    const { keeper, begin, view, state } = site({
      rehearse: () =>
        Promise.reject(new SealiftError('ETCD_SNAPSHOT_FAILED', { values: { reason: 'no pod of etcd' } })),
    });
    await begin();
    await state('failed');
    expect(await view()).toMatchObject({ failure: { message: expect.stringContaining('no pod of etcd') }, ways: [] });
    await keeper.close();
    const next = site();
    await next.begin();
    expect(await next.view()).toMatchObject({ state: 'running', failure: null });
    await next.keeper.close();
  });

  it('whose console was killed has failed once it is silent for a minute, or at once where no other could do it', async () => {
    const killed = site();
    await killed.begin();
    expect(await killed.view()).toMatchObject({ state: 'running' });
    vi.useFakeTimers({ now: Date.now() + 7 * beatMs, toFake: ['Date'] });
    try {
      expect(await killed.view()).toMatchObject({ state: 'failed' });
    } finally {
      vi.useRealTimers();
    }
    const next = site();
    await next.keeper.open(() => undefined);
    expect(await next.view()).toMatchObject({
      state: 'failed',
      failure: { hint: 'Nothing of the cluster was touched.' },
    });
    killed.ending.resolve(found);
    await killed.keeper.close();
  });

  it('is refused where programs are missing, where no minor is crossed, and of what was confirmed; nothing is stored', async () => {
    const { keeper, begin, view } = site({ lacking: () => Promise.resolve(['etcd', 'etcdutl']) });
    await expect(begin()).rejects.toMatchObject({
      code: 'REHEARSAL_PROGRAMS_MISSING',
      message: expect.stringContaining('there is no etcd, no etcdutl'),
    });
    const other = site();
    await store()
      .db.updateTable('upgrade')
      .set({ plan: planText(frozenSample.plan) })
      .execute();
    await expect(other.begin()).rejects.toMatchObject({ code: 'REHEARSAL_NOT_NEEDED' });
    await store().db.updateTable('upgrade').set({ state: 'running' }).execute();
    await expect(other.begin()).rejects.toMatchObject({ code: 'UPGRADE_NOT_DRAFT' });
    expect([await view(), await actions()]).toEqual([null, []]);
    await Promise.all([keeper.close(), other.keeper.close()]);
  });

  it('whose record another version wrote is in nobody’s way', async () => {
    const { keeper, begin, state, ending, view } = site();
    await begin();
    ending.resolve(found);
    await state('ended');
    await keeper.close();
    await store().db.updateTable('rehearsal').set({ report: '{"format":9}' }).execute();
    expect(await view()).toBeNull();
    const next = site();
    await next.begin();
    await next.keeper.close();
  });
});
