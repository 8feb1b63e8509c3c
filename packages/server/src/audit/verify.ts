import { parsePublicKey } from '@sealift/bundle/minisign';
import { readSignedCheckpoint } from '@sealift/bundle/signed-checkpoint';
import type { AuditVerification } from '@sealift/core/api';
import { reasonOf } from '@sealift/core/errors';
import type { Db } from '../store/store.ts';
import { ChainCheck, type KnownEnd } from './chain.ts';

const rowsAtOnce = 1000;

/** Takes the entries after those that a check has taken, until one does not fit. */
export async function followChain(db: Db, check: ChainCheck, last?: number): Promise<void> {
  for (;;) {
    let query = db.selectFrom('audit_entry').selectAll().where('sequence', '>', check.sequence);
    if (last !== undefined) query = query.where('sequence', '<=', last);
    const rows = await query.orderBy('sequence').limit(rowsAtOnce).execute();
    if (rows.length === 0 || !rows.every((row) => check.add(row))) return;
  }
}

/** Recomputes the whole chain, page by page, and compares it with the signed checkpoints that are kept beside it. */
export async function verifyAudit(db: Db): Promise<AuditVerification> {
  const head = await db.selectFrom('audit_head').selectAll().executeTakeFirstOrThrow();
  const { known, unusable } = await knownEnds(db);
  const check = new ChainCheck(known);
  await followChain(db, check);
  const { sequence, hash } = check;
  // Entries written since the head was read make the chain longer than the head says; a shorter one lost its tail.
  const complete = sequence > head.sequence || (sequence === head.sequence && hash === head.hash);
  const firstBroken = check.firstBroken ?? (complete ? null : sequence + 1);
  const missed = check.missedEnd();
  const at = (end: KnownEnd): string => known.find((one) => one.sequence === end.sequence)?.at ?? '';
  const brokenCheckpoint =
    unusable ?? (missed === null ? null : { sequence: missed.end.sequence, at: at(missed.end), reason: missed.reason });
  return {
    valid: firstBroken === null && brokenCheckpoint === null,
    entries: sequence,
    firstBroken,
    checkpoints: known.length,
    brokenCheckpoint,
  };
}

interface SignedEnd extends KnownEnd {
  readonly at: string;
}

async function knownEnds(db: Db) {
  const known: SignedEnd[] = [];
  let unusable: AuditVerification['brokenCheckpoint'] = null;
  const keys = (await db.selectFrom('evidence_key').select('public_key').execute()).map(({ public_key: text }) =>
    parsePublicKey(text, 'an evidence key'),
  );
  for (const row of await db.selectFrom('audit_checkpoint').selectAll().orderBy('sequence').execute()) {
    try {
      const { sequence, hash, at } = readSignedCheckpoint(Buffer.from(row.signed), keys, 'a stored checkpoint');
      known.push({ sequence, hash, at });
    } catch (error) {
      unusable ??= { sequence: row.sequence, at: row.at.toISOString(), reason: reasonOf(error) };
    }
  }
  return { known, unusable };
}
