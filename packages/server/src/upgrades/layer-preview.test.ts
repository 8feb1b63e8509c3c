import { type LayerPreview, layerPreviewSchema } from '@sealift/core/api';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { recordAudit } from '../audit/audit-log.ts';
import type { Store } from '../store/store.ts';
import { openMemoryStore } from '../testing/memory-store.ts';
import { layerPreview } from './layer-preview.ts';
import { rememberLayers } from './resolution-memory.ts';
import { mergeLayer } from './merge-cache.ts';
import { loadLayer } from './queries.ts';

const values = (password: string, pin: string): string => `password: ${password}\npin: ${pin}\nreplicas: 1\n`;
const address = ['u1', 'addon-app'] as const;

let store: Store;
beforeAll(async () => {
  store = await openMemoryStore();
  await store.db
    .insertInto('upgrade')
    .values({
      id: 'u1',
      product: 'harborview',
      from_version: '1',
      to_version: '2',
      state: 'draft',
      created_at: new Date(),
      release_digest: `sha256:${'a'.repeat(64)}`,
      profile_revision: 1,
      plan: '{}',
    })
    .execute();
  await store.db
    .insertInto('upgrade_layer')
    .values({
      upgrade_id: 'u1',
      hop: 0,
      position: 0,
      layer_id: 'addon-app',
      layer: 'addon',
      pack: 'app',
      display_name: 'App',
      from_version: '1',
      to_version: '2',
      to_digest: `sha256:${'a'.repeat(64)}`,
      base: values('hunter0', 'hunter0'),
      current: values('hunter1', 'hunter1'),
      incoming: values('hunter2', 'hunter2'),
      migrations: '[]',
      resolutions: '[]',
      pasted: null,
      base_presets: null,
      incoming_presets: null,
      schema_notation: 'pin:\n  schema: \'{{ format "${password}" }}\'\n',
      json_schema: null,
    })
    .execute();
}, 60_000);
afterAll(() => store.close());

async function shown(): Promise<LayerPreview> {
  const bytes = await layerPreview(store.db, ...address);
  return layerPreviewSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

it('shows no secret in decisions and conflicts, also of what only the schema names, and the texts whole', async () => {
  const { decisions, conflicts, passwords, current } = await shown();
  expect(conflicts.map(({ path }) => path)).toEqual([['password'], ['pin']]);
  expect(JSON.stringify({ decisions, conflicts })).not.toContain('hunter');
  expect(conflicts.every(({ masked }) => masked)).toBe(true);
  expect(passwords).toEqual(['pin']);
  expect(current).toContain('hunter1');
});

it('compares true values with what was settled before, not what is shown of them', async () => {
  const { db } = store;
  const resolutions = JSON.stringify([{ path: ['password'], take: 'current' }]);
  const change = (set: { resolutions?: string; current?: string; incoming?: string }) =>
    db.updateTable('upgrade_layer').set(set).execute();
  await change({ resolutions });
  const settled = await mergeLayer(await loadLayer(db, ...address));
  await db.transaction().execute((trx) => rememberLayers(trx, [settled]));
  await change({ resolutions: '[]' });
  expect((await shown()).offered).toMatchObject([{ match: 'same' }]);
  await change({ current: values('hunter8', 'hunter1') });
  expect((await shown()).offered).toMatchObject([{ match: 'path' }]);
});

/** How many values hang together in one, bytes counted as one. */
function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + countValues(part), 1);
}

it('however much differs, is bytes that nobody here reads or writes anew, with what is offered put in', async () => {
  const { db } = store;
  const many = (value: string) => Array.from({ length: 500 }, (_, index) => `key${index}: ${value}${index}\n`).join('');
  const texts = { base: many('a'), current: many('b'), incoming: many('c') };
  const change = (resolutions: string) =>
    db
      .updateTable('upgrade_layer')
      .set({ ...texts, resolutions, schema_notation: null })
      .execute();
  await change(JSON.stringify([{ path: ['key7'], take: 'current' }]));
  await db
    .transaction()
    .execute(async (trx) => rememberLayers(trx, [await mergeLayer(await loadLayer(trx, ...address))]));
  await change('[]');
  const written = vi.spyOn(JSON, 'stringify');
  const read = vi.spyOn(JSON, 'parse');
  const bytes = await layerPreview(db, ...address);
  const longest = Math.max(
    ...written.mock.results.map(({ value }) => String(value).length),
    ...read.mock.calls.map(([text]) => text.length),
  );
  vi.restoreAllMocks();
  expect(bytes.byteLength).toBeGreaterThan(100_000);
  expect(longest).toBeLessThan(1000);
  const { row: _row, ...merged } = await mergeLayer(await loadLayer(db, ...address));
  expect(countValues(merged)).toBeLessThan(50);
  const { conflicts, offered } = await shown();
  expect(conflicts).toHaveLength(500);
  expect(offered).toMatchObject([{ resolution: { path: ['key7'], take: 'current' }, match: 'same' }]);
});

it('keeps secrets out of the audit log by the same rule', async () => {
  const details = {
    auth: { pass: 'hunter2' },
    env: [{ name: 'DB_PASSWORD', value: 'hunter2' }],
    url: 'https://bob:hunter2@host/',
    keyId: 'A1B2',
    existingSecret: 'mine',
  };
  await store.db
    .transaction()
    .execute((trx) => recordAudit(trx, { name: 'bob', address: 'local' }, { action: 'x', subject: 'y', details }));
  const stored = await store.db.selectFrom('audit_entry').select('details').executeTakeFirstOrThrow();
  expect(JSON.parse(stored.details)).toEqual({
    auth: { pass: '***' },
    env: [{ name: 'DB_PASSWORD', value: '***' }],
    url: 'https://bob:***@host/',
    keyId: 'A1B2',
    existingSecret: 'mine',
  });
});
