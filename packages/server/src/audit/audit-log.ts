import { canonicalJson } from '@sealift/core/canonical-json';
import { maskData } from '@sealift/core/secret';
import type { Trx } from '../store/store.ts';
import type { Actor } from './actor.ts';
import { entryHash } from './chain.ts';

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
    details: canonicalJson(maskData(deed.details ?? {})),
    previous_hash: head.hash,
  };
  const hash = entryHash(entry);
  await trx
    .insertInto('audit_entry')
    .values({ ...entry, hash })
    .execute();
  await trx.updateTable('audit_head').set({ sequence: entry.sequence, hash }).execute();
}
