import { beforeEach, describe, expect, it } from 'vitest';
import { setResolutions } from '../edit-draft.ts';
import { confirmUpgrade } from '../confirm.ts';
import { loadUpgrade } from '../queries.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { upgradeView } from '../upgrade-view.ts';
import { frozenSample, storeConfirmedUpgrade } from '../../testing/confirmed-upgrade.ts';
import { memoryConsole } from '../../testing/memory-console.ts';
import { sharedStore } from '../../testing/shared-store.ts';
import { planText } from '../stored-plan.ts';
import { loadReport } from './report.ts';
import { runPreflight } from './run.ts';

const id = '6d8f5a0e-0000-4000-8000-000000000003';
const someone = { name: 'bob', address: 'local' };
const store = sharedStore();

beforeEach(() => storeConfirmedUpgrade(store().db, id, 'draft'));

/** What a draft's preflight works with, at a site that takes its time: something happens while it is looked at. */
function site(meanwhile: () => Promise<unknown> = () => Promise.resolve()): UpgradeServices {
  const parts = memoryConsole(store());
  const check = { name: 'site', title: 'The site', outcome: 'pass', detail: 'is there' } as const;
  const {
    vcenter,
    storage,
    cluster,
    providers,
    survey,
    storedVersions,
    declared,
    events,
    objects,
    issueKubeconfig,
    manifests,
  } = parts.cluster;
  const ports = {
    vcenter,
    storage,
    cluster,
    providers,
    survey,
    storedVersions,
    declared,
    events,
    objects,
    issueKubeconfig,
    manifests,
  };
  const checks = () => meanwhile().then(() => [check]);
  return { ...parts, cluster: { ...ports, checks } };
}

/** Somebody settles what was to be settled otherwise. */
const resolve = () =>
  setResolutions(store().db, { actor: someone, address: { id, layerId: 'cni-calico' } }, [
    { path: ['mtu'], take: 'incoming' },
  ]);

/** The plan becomes another, as when a layer that stayed as it was is given other values. */
async function replan(): Promise<void> {
  const plan = planText({ ...frozenSample.plan, nodeImage: { ...frozenSample.plan.nodeImage, needed: true } });
  await store().db.updateTable('upgrade').set({ plan }).execute();
}

async function look(services: UpgradeServices): Promise<void> {
  await runPreflight(services, await loadUpgrade(store().db, id));
}

async function view() {
  return await upgradeView(site(), await loadUpgrade(store().db, id));
}

const named = (checks: readonly { readonly name: string }[]) => checks.map(({ name }) => name);

describe('a draft that is edited while the site is looked at for it', () => {
  it('is not looked at yet: what was found is refused, with the remedy', async () => {
    const looked = look(site(resolve));
    await expect(looked).rejects.toMatchObject({ code: 'UPGRADE_CHANGED', hint: expect.stringContaining('preflight') });
    expect(await loadReport(store().db, id)).toBeNull();
    const { preflightAt, preflight, blockers } = await view();
    expect(preflightAt).toBeNull();
    expect(named(preflight)).not.toContain('site');
    expect(blockers[0]).toContain('not looked at yet');
  });

  it('keeps the look of before, and is looked at by the next', async () => {
    await look(site());
    const before = await loadReport(store().db, id);
    await expect(look(site(resolve))).rejects.toMatchObject({ code: 'UPGRADE_CHANGED' });
    expect(await loadReport(store().db, id)).toEqual(before);
    await look(site());
    expect(named((await view()).preflight)).toContain('site');
  });

  const principal = { ...someone, accountId: 'a', role: 'root', hasPassword: true, expiresAt: new Date(0) } as const;

  it.each([
    ['by its values', resolve],
    ['by its plan', replan],
  ])('%s, is not confirmed', async (_, edit) => {
    const confirmed = confirmUpgrade(site(edit), principal, id, 'a'.repeat(64));
    await expect(confirmed).rejects.toMatchObject({ code: 'UPGRADE_CHANGED' });
    expect(await view()).toMatchObject({ state: 'draft' });
  });
});

it('a look at the site for another plan counts for nothing; the draft says so', async () => {
  await look(site());
  expect(named((await view()).preflight)).toContain('site');
  await replan();
  const { preflightAt, preflight, blockers } = await view();
  expect(preflightAt).toBeNull();
  expect(named(preflight)).not.toContain('site');
  expect(blockers[0]).toContain('has changed since the site was looked at');
  await look(site());
  expect(named((await view()).preflight)).toContain('site');
});
