import { createHash } from 'node:crypto';
import type { AuditEntry, AuditVerification } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import type { Actor } from './actor.ts';
import type { Db, Trx } from '../store/store.ts';
import type { AuditEntryRow } from '../store/tables.ts';
import { maskSecrets } from './mask.ts';

/** One thing that was done: `action` such as `trusted-key.add`, `subject` what it was done to. */
export interface Deed {
  readonly action: string;
  readonly subject: string;
  /** Before and after, where there is one; secrets are masked here. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Adds an entry to the audit log, within the transaction of the change it tells of: both are stored or neither. Each entry's
 * hash covers the one before, and the head row the last, so a changed, removed or reordered entry shows.
 */
export async function recordAudit(trx: Trx, actor: Actor, deed: Deed): Promise<void> {
  const head = await trx.selectFrom('audit_head').selectAll().forUpdate().executeTakeFirstOrThrow();
  const entry = {
    sequence: head.sequence + 1,
    at: new Date(),
    actor: actor.name,
    address: actor.address,
    action: deed.action,
    subject: deed.subject,
    details: canonicalJson(maskSecrets(deed.details ?? {})),
    previous_hash: head.hash,
  };
  const hash = entryHash(entry);
  await trx
    .insertInto('audit_entry')
    .values({ ...entry, hash })
    .execute();
  await trx.updateTable('audit_head').set({ sequence: entry.sequence, hash }).execute();
}

/** A page of entries after a sequence number, oldest first. */
export async function readAudit(db: Db, after: number, limit: number): Promise<AuditEntry[]> {
  const rows = await db
    .selectFrom('audit_entry')
    .selectAll()
    .where('sequence', '>', after)
    .orderBy('sequence')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    sequence: row.sequence,
    at: row.at.toISOString(),
    actor: row.actor,
    address: row.address,
    action: row.action,
    subject: row.subject,
    details: JSON.parse(row.details) as Record<string, unknown>,
    previousHash: row.previous_hash,
    hash: row.hash,
  }));
}

/** Recomputes the whole chain, page by page. */
export async function verifyAudit(db: Db): Promise<AuditVerification> {
  const head = await db.selectFrom('audit_head').selectAll().executeTakeFirstOrThrow();
  let sequence = 0;
  let hash = '';
  while (true) {
    const rows = await db
      .selectFrom('audit_entry')
      .selectAll()
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(1000)
      .execute();
    for (const row of rows) {
      const fits = row.sequence === sequence + 1 && row.previous_hash === hash && entryHash(row) === row.hash;
      if (!fits) return { valid: false, entries: sequence, firstBroken: sequence + 1 };
      sequence = row.sequence;
      hash = row.hash;
    }
    if (rows.length === 0) break;
  }
  // Entries written since the head was read make the chain longer than the head says; a shorter one lost its tail.
  const complete = sequence > head.sequence || (sequence === head.sequence && hash === head.hash);
  return { valid: complete, entries: sequence, firstBroken: complete ? null : sequence + 1 };
}

function entryHash(entry: Omit<AuditEntryRow, 'hash'>): string {
  const covered = [
    entry.sequence,
    entry.at.toISOString(),
    entry.actor,
    entry.address,
    entry.action,
    entry.subject,
    entry.details,
    entry.previous_hash,
  ];
  return createHash('sha256').update(canonicalJson(covered)).digest('hex');
}
