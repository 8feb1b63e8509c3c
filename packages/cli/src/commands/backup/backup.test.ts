import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedConsole } from '../../testing/scripted-console.ts';

let console: ScriptedConsole;
beforeAll(async () => {
  console = await ScriptedConsole.start();
});
afterAll(() => console.stop());

const at = '2026-11-29T10:00:00.000Z';
const backup = {
  id: '3f0c2c5e-0000-4000-8000-000000000001',
  reference: '3f0c2c5e-0000-4000-8000-000000000001.sealift-backup',
  createdAt: '2026-11-29T10:00:05.000Z',
  sizeBytes: 5,
  sha256: 'a'.repeat(64),
  reason: { why: 'asked', by: 'ann' },
  keyId: '0123456789abcdef',
  proof: { rows: 7, tables: 2, objects: 3, loaded: null },
  place: '/b',
  isHere: true,
};
const schedule = { everyHours: null, keep: 7, begunAt: null, dueAt: null, isMissed: false };
const store = { revision: 0, bucket: null, place: '/b', changedBy: null, changedAt: null };
const list = {
  folder: '/b',
  store,
  storeProblem: null,
  keyPath: '/k',
  running: null,
  lastFailure: null,
  schedule,
  backups: [],
};
const running = { since: at, reason: backup.reason, stage: 'collecting' };
const get = 'GET /api/v1/backups';

describe('sealift backup', () => {
  it('creates one, says how far it is, and what was proven', async () => {
    console.answers.set('POST /api/v1/backups', { status: 202, body: { ...list, running } });
    const done = { status: 200, body: { ...list, backups: [backup] } };
    console.answers.set(get, { status: 200, body: { ...list, running }, next: done });
    const { code, out, notes } = await console.sealift(['backup', 'create']);
    expect(code).toBe(0);
    expect(out).toContain('7 rows of 2 tables restored and alike, 3 objects read and compared, not loaded into an API');
    expect(notes).toContain('collecting and writing');
  });

  it('notes which snapshot of etcd lies beside it, once that was found whole', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sealift-snapshot-'));
    try {
      const [whole, cut] = [join(folder, 'etcd.snapshot'), join(folder, 'cut.snapshot')];
      const pages = Buffer.alloc(1024, 'page');
      const bytes = Buffer.concat([pages, createHash('sha256').update(pages).digest()]);
      await writeFile(whole, bytes);
      await writeFile(cut, bytes.subarray(0, 1000));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const etcdSnapshot = { path: whole, sizeBytes: bytes.length, sha256 };
      const made = { ...backup, reason: { ...backup.reason, etcdSnapshot } };
      console.answers.set('POST /api/v1/backups', { status: 202, body: { ...list, running } });
      console.answers.set(get, { status: 200, body: { ...list, backups: [made] } });
      const { out } = await console.sealift(['backup', 'create', '--etcd-snapshot', whole]);
      expect(console.asked.findLast(({ call }) => call.startsWith('POST'))?.body).toEqual({ etcdSnapshot });
      expect(out).toContain(`asked by ann, beside the etcd snapshot ${whole}`);
      console.asked.length = 0;
      const refused = await console.sealift(['backup', 'create', '--etcd-snapshot', cut]);
      expect([refused.code, refused.notes]).toEqual([2, expect.stringContaining('INPUT_INVALID')]);
      const absent = await console.sealift(['backup', 'create', '--etcd-snapshot', join(folder, 'none')]);
      expect(absent.notes).toContain('FILE_NOT_FOUND');
      expect(console.asked).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says why one was not made', async () => {
    console.answers.set('POST /api/v1/backups', { status: 202, body: { ...list, running } });
    const lastFailure = { at, reason: backup.reason, message: 'the disk is full. Make room.' };
    console.answers.set(get, { status: 200, body: { ...list, lastFailure } });
    const { code, notes } = await console.sealift(['backup', 'create']);
    expect([code, notes]).toEqual([1, expect.stringContaining('the disk is full')]);
  });

  it('lists them, with what is wrong first to see', async () => {
    const body = {
      ...list,
      backups: [{ ...backup, isHere: false }],
      schedule: { ...schedule, everyHours: 24, dueAt: at, isMissed: true },
    };
    console.answers.set(get, { status: 200, body });
    const { out } = await console.sealift(['backup', 'list']);
    expect(out).toContain('ITS FILE IS NOT IN /b');
    expect(out).toContain(`MISSED since ${at}`);
    expect(out).toContain('sealed with /k');
  });

  it.each([
    ['both ways', ['--every', '24', '--off']],
    ['no number', ['--every', 'often']],
    ['nothing kept', ['--every', '24', '--keep', '0']],
  ])('refuses a schedule of %s', async (_, flags) => {
    console.answers.set(get, { status: 200, body: list });
    expect((await console.sealift(['backup', 'schedule', ...flags])).code).toBe(1);
    expect(console.asked.map(({ call }) => call)).not.toContain('PUT /api/v1/backups/schedule');
  });

  it('sets the schedule, and leaves what is not named as it is', async () => {
    console.answers.set(get, { status: 200, body: list });
    console.answers.set('PUT /api/v1/backups/schedule', {
      status: 200,
      body: { ...list, schedule: { ...schedule, everyHours: 6, dueAt: at } },
    });
    const { out } = await console.sealift(['backup', 'schedule', '--every', '6']);
    expect(console.asked.at(-1)?.body).toEqual({ everyHours: 6, keep: 7 });
    expect(out).toContain('every 6 hours, of which 7 are kept');
  });

  it.each([
    ['neither', []],
    ['both', ['--dry-run', '--apply']],
  ])('restores nothing where %s of trying and doing is said', async (_, flags) => {
    const args = ['backup', 'restore', 'nowhere', '--secret-key-file', 'k', '--data', 'd', ...flags];
    expect(await console.sealift(args, {})).toMatchObject({
      code: 1,
      notes: expect.stringContaining('--dry-run or --apply'),
    });
  });

  it('loads objects into an API server only where both programs for it are named', async () => {
    const args = ['backup', 'verify', 'nowhere', '--secret-key-file', 'k', '--etcd', '/bin/true'];
    expect(await console.sealift(args, {})).toMatchObject({
      code: 1,
      notes: expect.stringContaining('both or neither'),
    });
  });

  it('names a file that is not there before a store is opened', async () => {
    const args = ['backup', 'verify', 'nowhere', '--secret-key-file', 'k'];
    expect(await console.sealift(args, {})).toMatchObject({
      code: 1,
      notes: expect.stringContaining('FILE_NOT_FOUND'),
    });
  });
});
