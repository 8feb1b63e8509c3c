import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { sharedStore } from '../testing/shared-store.ts';
import { recordAudit } from './audit-log.ts';
import { entryHash } from './chain.ts';
import { verifyAudit } from './verify.ts';

const ann = { name: 'ann', address: '127.0.0.1' };

describe('the audit log', { timeout: 60_000 }, () => {
  const store = sharedStore();
  beforeEach(async () => {
    for (const subject of ['a', 'b', 'c']) {
      await store()
        .db.transaction()
        .execute((trx) => recordAudit(trx, ann, { action: 'token.add', subject }));
    }
  });

  const broken = async (): Promise<number | null> => (await verifyAudit(store().db)).firstBroken;

  it('verifies as it was written', async () => {
    expect(await verifyAudit(store().db)).toEqual({
      valid: true,
      entries: 3,
      firstBroken: null,
      checkpoints: 0,
      brokenCheckpoint: null,
    });
  });

  it.each([
    ['who', { actor: 'eve' }],
    ['from where', { address: '10.0.0.1' }],
    ['what', { action: 'token.remove' }],
    ['to what', { subject: 'x' }],
    ['how', { details: '{"x":1}' }],
    ['when', { at: new Date(0) }],
  ])('shows where it was changed: %s', async (_, change) => {
    await store().db.updateTable('audit_entry').set(change).where('sequence', '=', 2).execute();
    expect(await broken()).toBe(2);
  });

  it.each([2, 3])('shows that entry %i was written anew with a good hash of its own', async (sequence) => {
    const entry = { ...(await entryOf(sequence)), actor: 'eve' };
    await store()
      .db.updateTable('audit_entry')
      .set({ actor: 'eve', hash: entryHash(entry) })
      .where('sequence', '=', sequence)
      .execute();
    // The next entry covers its hash, and the head that of the last.
    expect(await broken()).toBe(sequence === 3 ? 4 : sequence + 1);
  });

  it('shows that an entry was written anew, also when the next one was made to name its hash', async () => {
    const hash = entryHash({ ...(await entryOf(2)), actor: 'eve' });
    await store().db.updateTable('audit_entry').set({ actor: 'eve', hash }).where('sequence', '=', 2).execute();
    await store().db.updateTable('audit_entry').set({ previous_hash: hash }).where('sequence', '=', 3).execute();
    expect(await broken()).toBe(3);
  });

  it('shows that an entry is gone, from the middle or from the end', async () => {
    await store().db.deleteFrom('audit_entry').where('sequence', '=', 3).execute();
    expect(await broken()).toBe(3);
    await store().db.deleteFrom('audit_entry').where('sequence', '=', 2).execute();
    expect(await broken()).toBe(2);
  });

  it('shows that two entries changed places, though each says what it said', async () => {
    await sql`update audit_entry set sequence = case sequence when 2 then 30 else 20 end where sequence in (2, 3)`.execute(
      store().db,
    );
    await sql`update audit_entry set sequence = sequence / 10 where sequence >= 20`.execute(store().db);
    expect(await broken()).toBe(2);
  });

  async function entryOf(sequence: number) {
    return await store()
      .db.selectFrom('audit_entry')
      .selectAll()
      .where('sequence', '=', sequence)
      .executeTakeFirstOrThrow();
  }
});
