import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { type AuditEntry, auditPageSchema } from '@sealift/core/api';
import { buildApp } from '../app/build-app.ts';
import { memoryConsole } from '../testing/memory-console.ts';
import { sharedStore } from '../testing/shared-store.ts';
import { setUp } from '../testing/signed-in.ts';
import type { TestClient } from '../testing/test-client.ts';
import { recordAudit } from './audit-log.ts';
import { csvOf } from './csv.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const store = sharedStore();
let app: FastifyInstance;
let admin: TestClient;

beforeEach(async () => {
  app = await buildApp({ parts: memoryConsole(store()) });
  admin = await setUp(store(), app);
  await store()
    .db.transaction()
    .execute(async (trx) => {
      for (const [name, action, subject] of [
        ['ann', 'registry.sync', 'spectro-packs'],
        ['Bob', 'registry.sync', '100%_sure'],
        ['bob', 'registry.syncing', 'other'],
        ['system', 'upgrade.evidence', 'u1'],
      ] as const)
        await recordAudit(trx, { name, address: '192.0.2.7' }, { action, subject });
    });
});
afterEach(() => app.close());

const numbers = async (query: string): Promise<number[]> => {
  const { body } = await admin.call('GET', `/audit?${query}`);
  return auditPageSchema.parse(body).entries.map(({ sequence }) => sequence);
};

describe('the entries of the audit log', () => {
  it.each([
    ['actor=BOB', [4, 5]],
    ['action=registry', [3, 4, 5]],
    ['action=registry.sync', [3, 4]],
    ['text=%25_S', [4]],
    ['text=192.0.2.7&actor=ann', [3]],
    ['order=newest&limit=2', [6, 5]],
    ['order=newest&limit=2&before=5', [4, 3]],
    ['after=4', [5, 6]],
    ['to=2020-01-01T00:00:00Z', []],
    ['from=2020-01-01T00:00:00%2B02:00&limit=1', [1]],
  ])('that fit %s are %j', async (query, expected) => {
    expect(await numbers(query)).toEqual(expected);
  });

  it('come page by page in either order, each once', async () => {
    const found: number[] = [];
    let next: string | null = null;
    do {
      const { body }: { body: unknown } = await admin.call(
        'GET',
        `/audit?order=newest&limit=2${next === null ? '' : `&before=${next}`}`,
      );
      const page = auditPageSchema.parse(body);
      found.push(...page.entries.map(({ sequence }) => sequence));
      next = page.next;
    } while (next !== null);
    expect(found).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it.each(['limit=0', 'limit=1001', 'from=yesterday', 'order=random', 'actor='])(
    'are not asked for with %s',
    async (query) => {
      expect((await admin.call('GET', `/audit?${query}`)).body).toMatchObject({ code: 'INPUT_INVALID' });
    },
  );
});

describe('the audit log as CSV', () => {
  it('has the entries that fit, and is a file', async () => {
    const answer = await admin.call('GET', '/audit/export?action=registry');
    expect(answer.headers).toMatchObject({ 'content-type': 'text/csv; charset=utf-8', 'cache-control': 'no-store' });
    const [head, ...lines] = answer.text.trimEnd().split('\r\n');
    expect(head).toBe('"number","time","actor","address","action","subject","details","previous hash","hash"');
    expect(lines.map((line) => line.split(',')[2])).toEqual(['"ann"', '"Bob"', '"bob"']);
  });

  it('goes on over as many pages as there are', async () => {
    await store()
      .db.transaction()
      .execute(async (trx) => {
        for (let index = 0; index < 1100; index += 1)
          await recordAudit(trx, { name: 'x', address: 'y' }, { action: 'a.b', subject: 's' });
      });
    const { text } = await admin.call('GET', '/audit/export?actor=x');
    expect(text.trimEnd().split('\r\n')).toHaveLength(1101);
  });

  it.each(['=1+1', '+1', '-1', '@sum(a)', ' =1', '\t=1', '\r=1', '＝1'])('makes %j a text', async (subject) => {
    const [, line] = await linesOf({ subject });
    expect(line).toContain(`,"'${subject}",`);
  });

  it('keeps quotes, commas and line ends within their cell', async () => {
    const [, line] = await linesOf({ subject: 'a"b,c\nd' });
    expect(line).toContain(',"a""b,c\nd",');
  });
});

async function linesOf(part: Partial<AuditEntry>): Promise<string[]> {
  const entry = {
    sequence: 1,
    at: 't',
    actor: 'a',
    address: 'b',
    action: 'c',
    subject: 'd',
    details: {},
    previousHash: '',
    hash: '',
  };
  const lines: string[] = [];
  for await (const line of csvOf(Readable.from([{ ...entry, ...part }]))) lines.push(line);
  return lines;
}
