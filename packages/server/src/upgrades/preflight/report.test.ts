import { afterAll, beforeAll, expect, it } from 'vitest';
import { siteRevision } from '../../store/site-revision.ts';
import type { Store } from '../../store/store.ts';
import { frozenSample, storeConfirmedUpgrade } from '../../testing/confirmed-upgrade.ts';
import { openMemoryStore } from '../../testing/memory-store.ts';
import { loadLayers } from '../queries.ts';
import { countsFor, loadReport, planDigest, storeReport } from './report.ts';

const id = '6d8f5a0e-0000-4000-8000-000000000002';
const check = { name: 'nodes-ready', title: 'Every node is ready', outcome: 'pass', detail: '6 of 6' } as const;
let store: Store;
beforeAll(async () => {
  store = await openMemoryStore();
}, 60_000);
afterAll(() => store.close());

it('keeps the last look at the site with its time, and refuses one for a draft that was dropped meanwhile', async () => {
  const [first, second] = [new Date('2026-11-01T10:00:00Z'), new Date('2026-11-01T10:05:00Z')];
  const plan = planDigest(frozenSample.plan);
  const early = { at: first, checks: [], plan };
  const site = await siteRevision(store.db);
  await expect(storeReport(store.db, id, early, [], site)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await storeConfirmedUpgrade(store.db, id, 'draft');
  const seen = await loadLayers(store.db, id);
  expect(await loadReport(store.db, id)).toBeNull();
  await storeReport(store.db, id, early, seen, site);
  await storeReport(store.db, id, { ...early, at: second, checks: [check] }, seen, site);
  expect(await loadReport(store.db, id)).toEqual({ at: second, checks: [check], plan });
});

it('keeps no look at a site whose settings were changed meanwhile', async () => {
  const seen = await loadLayers(store.db, id);
  const report = { at: new Date(), checks: [check], plan: planDigest(frozenSample.plan) };
  const before = await loadReport(store.db, id);
  const site = (await siteRevision(store.db)) - 1;
  await expect(storeReport(store.db, id, report, seen, site)).rejects.toMatchObject({ code: 'UPGRADE_CHANGED' });
  expect(await loadReport(store.db, id)).toEqual(before);
});

it('of a look that was kept without its plan, none is known, and it counts for no plan', async () => {
  const report = JSON.stringify({ format: 1, checks: [check] });
  await store.db.updateTable('preflight').set({ report }).execute();
  const loaded = await loadReport(store.db, id);
  expect(loaded).toMatchObject({ plan: null, checks: [check] });
  expect(loaded !== null && countsFor(loaded, frozenSample.plan)).toBe(false);
});
