import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePublicKey } from '@sealift/bundle/minisign';
import { readSignedCheckpoint } from '@sealift/bundle/signed-checkpoint';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sharedStore } from '../testing/shared-store.ts';
import { EvidenceKeys } from '../upgrades/evidence/evidence-keys.ts';
import { recordAudit } from './audit-log.ts';
import { ChainCheck, entryHash } from './chain.ts';
import { AuditCheckpoints } from './checkpoints.ts';
import { verifyAudit } from './verify.ts';

const ann = { name: 'ann', address: '127.0.0.1' };

describe('checkpoints of the audit log', { timeout: 60_000 }, () => {
  const store = sharedStore();
  let folder: string;
  let checkpoints: AuditCheckpoints;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-checkpoints-'));
    const keys = new EvidenceKeys(store().db, { path: join(folder, 'secret-key'), mayBeMade: true });
    checkpoints = new AuditCheckpoints(store().db, keys);
    // Making the key is the first entry.
    await keys.list();
    for (const subject of ['a', 'b', 'c']) await write(subject);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (subject: string) =>
    store()
      .db.transaction()
      .execute((trx) => recordAudit(trx, ann, { action: 'token.add', subject }));

  /** What only somebody with the database can do: another log, whose hashes fit each other. */
  async function writeAnew(change: (subject: string) => string | undefined): Promise<void> {
    const rows = await store().db.selectFrom('audit_entry').selectAll().orderBy('sequence').execute();
    await store().db.deleteFrom('audit_entry').execute();
    let sequence = 0;
    let hash = '';
    for (const row of rows) {
      const subject = change(row.subject);
      if (subject === undefined) continue;
      sequence += 1;
      const entry = { ...row, subject, sequence, previous_hash: hash };
      hash = entryHash(entry);
      await store()
        .db.insertInto('audit_entry')
        .values({ ...entry, hash })
        .execute();
    }
    await store().db.updateTable('audit_head').set({ sequence, hash }).execute();
  }

  it('are signed by the key of evidence, once for each end of the log', async () => {
    const first = await checkpoints.make();
    expect(await checkpoints.make()).toEqual(first);
    await write('d');
    const second = await checkpoints.make();
    expect((await checkpoints.list()).checkpoints.map(({ sequence }) => sequence)).toEqual([5, 4]);
    const { public_key: text } = await store()
      .db.selectFrom('evidence_key')
      .select('public_key')
      .executeTakeFirstOrThrow();
    const head = await store().db.selectFrom('audit_head').selectAll().executeTakeFirstOrThrow();
    expect(readSignedCheckpoint(Buffer.from(second.file), [parsePublicKey(text)], 'it')).toMatchObject({
      sequence: head.sequence,
      hash: head.hash,
    });
    expect(await verifyAudit(store().db)).toMatchObject({ valid: true, entries: 5, checkpoints: 2 });
  });

  it('show a log that was written anew as a whole, whose chain is without fault', async () => {
    await checkpoints.make();
    await writeAnew((subject) => (subject === 'b' ? 'x' : subject));
    expect(await verifyAudit(store().db)).toMatchObject({
      valid: false,
      firstBroken: null,
      brokenCheckpoint: { sequence: 4, reason: expect.stringContaining('written anew') },
    });
    await expect(checkpoints.make()).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
  });

  it('show a tail that was cut off, head and all', async () => {
    await checkpoints.make();
    await writeAnew((subject) => (subject === 'c' ? undefined : subject));
    expect(await verifyAudit(store().db)).toMatchObject({
      valid: false,
      firstBroken: null,
      brokenCheckpoint: { sequence: 4, reason: expect.stringContaining('cut off') },
    });
    await expect(checkpoints.make()).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    // Also once it has grown again.
    await write('d');
    expect(await verifyAudit(store().db)).toMatchObject({ valid: false, brokenCheckpoint: { sequence: 4 } });
    await expect(checkpoints.make()).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
  });

  it('that were changed in the database count as broken, not as missing', async () => {
    const { file } = await checkpoints.make();
    await store()
      .db.updateTable('audit_checkpoint')
      .set({ signed: file.replace('"sequence":4', '"sequence":3') })
      .execute();
    expect(await verifyAudit(store().db)).toMatchObject({ valid: false, brokenCheckpoint: { sequence: 4 } });
  });

  it.each([
    ['changed', 'update audit_entry set actor = $$eve$$ where sequence = 2'],
    ['removed', 'delete from audit_entry where sequence = 2'],
  ])('are not made of a log with an entry that was %s', async (_how, statement) => {
    const { sql } = await import('kysely');
    await sql.raw(statement).execute(store().db);
    await expect(checkpoints.make()).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    expect(await checkpoints.list()).toEqual({ checkpoints: [], next: null });
  });
});

it('a chain that goes on from a known end misses no end before it', () => {
  const check = new ChainCheck([{ sequence: 2, hash: 'b' }], { sequence: 2, hash: 'b' });
  expect(check.missedEnd()).toBeNull();
});
