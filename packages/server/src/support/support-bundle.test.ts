import { gunzipSync } from 'node:zlib';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { unpackTar } from 'modern-tar';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../app/build-app.ts';
import { composeConsole, type ConsoleParts } from '../app/compose.ts';
import { applyEvent } from '../engine/journal-store.ts';
import type { Store } from '../store/store.ts';
import { storeConfirmedUpgrade } from '../testing/confirmed-upgrade.ts';
import { openMemoryStore } from '../testing/memory-store.ts';
import { setUp, signedInAs } from '../testing/signed-in.ts';
import type { TestClient } from '../testing/test-client.ts';
import { RecentLines } from './recent-lines.ts';
import { collectFiles } from './support-bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'sealift-support-'));
const id = '6d8f5a0e-0000-4000-8000-000000000001';
let store: Store;
let parts: ConsoleParts;
let app: FastifyInstance;
let admin: TestClient;

beforeAll(async () => {
  store = await openMemoryStore();
  parts = composeConsole(store, { dataDir: folder, simulatorUrl: undefined, site: undefined }, () => undefined);
  app = await buildApp({ parts, logger: pino({ level: 'silent' }) });
  await app.ready();
  admin = await setUp(store, app);
  await storeConfirmedUpgrade(store.db, id);
  const details = { by: 'ann', reason: 'no login: password=hunter2' };
  await store.db.transaction().execute((trx) => applyEvent(trx, id, 'need-person', 0, details));
  parts.recentLog.add('{"level":40,"msg":"https://ann:hunter2@registry.example is away"}');
}, 60_000);
afterAll(async () => {
  await app.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a support bundle', () => {
  it('holds what its list names, each readable, and no secret', async () => {
    const listed = (await admin.call('GET', '/support-bundle/contents')).body['files'] as unknown as { name: string }[];
    const answer = await app.inject({ url: '/api/v1/support-bundle', headers: { cookie: admin.cookie ?? '' } });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/gzip']);
    const entries = await unpackTar(gunzipSync(answer.rawPayload));
    const [, root = ''] = /filename="(.*)\.tar\.gz"/.exec(String(answer.headers['content-disposition'])) ?? [];
    const texts = new Map(
      entries.map(({ header, data }) => [header.name.slice(root.length + 1), Buffer.from(data ?? []).toString('utf8')]),
    );
    expect([...texts.keys()]).toEqual(['contents.json', ...listed.map(({ name }) => name)]);
    expect([...texts.values()].join('\n')).not.toContain('hunter2');
    const json = (name: string): unknown => JSON.parse(texts.get(name) ?? '');
    expect(json('versions.json')).toMatchObject({ sealift: expect.any(String), store: { kind: 'embedded' } });
    expect(json('upgrades.json')).toMatchObject([{ id, state: 'needs-human', to: '1.0.1' }]);
    expect(json(`upgrades/${id}/journal.json`)).toMatchObject({
      entries: [{ phase: 'state', data: { by: 'ann', reason: 'no login: password=***' } }],
    });
    expect(texts.get('console.log')).toContain('registry.example is away');
    const entry = await store.db
      .selectFrom('audit_entry')
      .select('subject')
      .where('action', '=', 'support-bundle.download')
      .execute();
    expect(entry).toEqual([{ subject: root }]);
  });

  it('is for whoever runs the platform', async () => {
    for (const role of ['viewer', 'account-administrator'] as const) {
      const { client } = await signedInAs(app, admin, `a-${role}`, role);
      expect((await client.call('GET', '/support-bundle')).body).toMatchObject({ code: 'NOT_PERMITTED' });
    }
  });

  it('names what could not be read, what came too late and what was cut, and brings the others', async () => {
    const files = await collectFiles(
      [
        { name: 'a', about: '', read: () => Promise.reject(new Error('damaged: token=hunter2')) },
        { name: 'b', about: '', read: () => new Promise(() => undefined) },
        { name: 'c', about: '', read: () => Promise.resolve('x'.repeat(5_000_000)) },
        { name: 'd', about: '', read: () => Promise.resolve({ clientSecret: 'hunter2', port: 1 }) },
      ],
      50,
    );
    expect(files.map(({ told: { name, isCut, problem, sizeBytes } }) => [name, isCut, problem, sizeBytes])).toEqual([
      ['a', false, expect.stringContaining('token=***'), 0],
      ['b', false, expect.stringContaining('0.05 s'), 0],
      ['c', true, null, 4_194_304],
      ['d', false, null, expect.any(Number)],
    ]);
    expect(JSON.parse(files[3]?.text ?? '')).toEqual({ clientSecret: '***', port: 1 });
  });

  it('has the last lines of a log, and no more than a million characters of them', () => {
    const lines = new RecentLines();
    for (let index = 0; index < 5000; index += 1) lines.add(`${index} ${'x'.repeat(1000)}`);
    lines.add('y'.repeat(100_000));
    const text = lines.text();
    expect(text.length).toBeLessThan(1_100_000);
    expect(text).toContain('\n4999 x');
    expect(text).not.toContain('\n3000 x');
  });
});
