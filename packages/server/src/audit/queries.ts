import type { AuditEntry, AuditFilter } from '@sealift/core/api';
import { type SelectQueryBuilder, sql } from 'kysely';
import type { Db } from '../store/store.ts';
import type { AuditEntryRow } from '../store/tables/access.ts';
import type { Tables } from '../store/tables.ts';

const rowsAtOnce = 1000;

type Entries = SelectQueryBuilder<Tables, 'audit_entry', AuditEntryRow>;

/** Where a page begins and which way it goes. */
export interface AuditPage {
  readonly order: 'oldest' | 'newest';
  readonly after: number;
  readonly before?: number | undefined;
  readonly limit: number;
}

/** A page of the entries that a filter lets through. */
export async function readAudit(db: Db, filter: AuditFilter, page: AuditPage): Promise<AuditEntry[]> {
  let query = filtered(db, filter).where('sequence', '>', page.after);
  if (page.before !== undefined) query = query.where('sequence', '<', page.before);
  const rows = await query
    .orderBy('sequence', page.order === 'newest' ? 'desc' : 'asc')
    .limit(page.limit)
    .execute();
  return rows.map(shown);
}

/** Every entry that a filter lets through, oldest first, up to the one that is the last when it begins. */
export async function* everyEntry(db: Db, filter: AuditFilter): AsyncGenerator<AuditEntry> {
  const { sequence: last } = await db.selectFrom('audit_head').select('sequence').executeTakeFirstOrThrow();
  let after = 0;
  for (;;) {
    const page = { order: 'oldest', after, before: last + 1, limit: rowsAtOnce } as const;
    const entries = await readAudit(db, filter, page);
    yield* entries;
    const end = entries.at(-1);
    if (end === undefined || entries.length < rowsAtOnce) return;
    after = end.sequence;
  }
}

function filtered(db: Db, { actor, action, text, from, to }: AuditFilter): Entries {
  let query: Entries = db.selectFrom('audit_entry').selectAll();
  if (actor !== undefined) query = query.where(sql<string>`lower(actor)`, '=', actor.toLowerCase());
  if (action !== undefined) {
    query = query.where(sql<boolean>`(action = ${action} or starts_with(action, ${`${action}.`}))`);
  }
  if (text !== undefined) {
    const all = sql`lower(actor || chr(10) || action || chr(10) || subject || chr(10) || address)`;
    query = query.where(sql<boolean>`position(${text.toLowerCase()} in ${all}) > 0`);
  }
  if (from !== undefined) query = query.where('at', '>=', new Date(from));
  if (to !== undefined) query = query.where('at', '<', new Date(to));
  return query;
}

function shown(row: AuditEntryRow): AuditEntry {
  return {
    sequence: row.sequence,
    at: row.at.toISOString(),
    actor: row.actor,
    address: row.address,
    action: row.action,
    subject: row.subject,
    details: JSON.parse(row.details) as Record<string, unknown>,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
