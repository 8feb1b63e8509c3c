import type { AuditEntry, AuditVerification } from '@sealift/core/api';
import type { Db } from '../store/store.ts';
import { entryHash } from './audit-log.ts';

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
