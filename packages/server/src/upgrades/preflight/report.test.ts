import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../store/store.ts';
import { storeConfirmedUpgrade } from '../../testing/confirmed-upgrade.ts';
import { openMemoryStore } from '../../testing/memory-store.ts';
import { loadReport, storeReport } from './report.ts';

const id = '6d8f5a0e-0000-4000-8000-000000000002';
const check = { name: 'nodes-ready', title: 'Every node is ready', outcome: 'pass', detail: '6 of 6' } as const;
let store: Store;
beforeAll(async () => {
  store = await openMemoryStore();
}, 60_000);
afterAll(() => store.close());

it('keeps the last look at the site with its time, and refuses one for a draft that was dropped meanwhile', async () => {
  const [first, second] = [new Date('2026-11-01T10:00:00Z'), new Date('2026-11-01T10:05:00Z')];
  await expect(storeReport(store.db, id, { at: first, checks: [] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await storeConfirmedUpgrade(store.db, id, 'draft');
  expect(await loadReport(store.db, id)).toBeNull();
  await storeReport(store.db, id, { at: first, checks: [] });
  await storeReport(store.db, id, { at: second, checks: [check] });
  expect(await loadReport(store.db, id)).toEqual({ at: second, checks: [check] });
});
