import { type MirrorState, mirrorStateSchema } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { isSealiftError } from '@sealift/core/errors';
import { readRecord } from '@sealift/core/record';
import { z } from 'zod';
import type { Db, Trx } from '../../store/store.ts';

const format = 1;
const schema = z.object({ format: z.literal(format), mirror: mirrorStateSchema });

/** How often whoever mirrors says so. */
export const beatMs = 10_000;
/** Who has said nothing for so long is gone: its console was killed. */
const goneMs = 6 * beatMs;

/** Why a mirror came to no end whose console was stopped. */
export const cutMessage = 'The console was stopped; mirror again, what is there already is not sent again';

/** Before the first one. */
export const noMirror: MirrorState = {
  state: 'never',
  from: '',
  to: '',
  dryRun: false,
  startedBy: '',
  startedAt: null,
  finishedAt: null,
  message: 'Nothing was mirrored yet',
  parts: [],
  doneBytes: 0,
  totalBytes: 0,
  sentBytes: 0,
  lackingBytes: 0,
  blobs: { sent: 0, mounted: 0, present: 0, lacking: 0 },
};

/** The mirror under way, or the last one. One whose console is gone has failed; what another version wrote tells nothing. */
export async function loadMirror(db: Db, now = new Date()): Promise<MirrorState> {
  return stateOf(await db.selectFrom('registry_mirror').selectAll().executeTakeFirstOrThrow(), now);
}

/** The same, and keeps others from beginning one until the transaction ends. */
export async function holdMirror(trx: Trx): Promise<MirrorState> {
  return stateOf(await trx.selectFrom('registry_mirror').selectAll().forUpdate().executeTakeFirstOrThrow(), new Date());
}

/** Puts the beginning of a mirror in the place of the last one. @param run names the one that does it */
export async function storeBegun(trx: Trx, run: string, mirror: MirrorState): Promise<void> {
  const report = reportText(mirror);
  await trx.updateTable('registry_mirror').set({ run, seen_at: new Date(), cancelled_by: null, report }).execute();
}

/** Keeps how far a mirror is. @returns whether it is this one's to go on with: nobody else's, and not to be ended */
export async function storeProgress(db: Db, run: string, mirror: MirrorState): Promise<boolean> {
  const row = await db
    .updateTable('registry_mirror')
    .set({ seen_at: new Date(), report: reportText(mirror) })
    .where('run', '=', run)
    .returning('cancelled_by')
    .executeTakeFirst();
  return row !== undefined && row.cancelled_by === null;
}

/** Notes that the mirror under way is to end, for the process that does it. */
export async function storeCancel(trx: Trx, by: string): Promise<void> {
  await trx.updateTable('registry_mirror').set({ cancelled_by: by }).execute();
}

/** Says that whatever is under way in the store is not: of a store that only this process has. */
export async function endAbandoned(db: Db): Promise<void> {
  await db
    .updateTable('registry_mirror')
    .set({ seen_at: new Date(0) })
    .execute();
}

function stateOf(row: { readonly report: string | null; readonly seen_at: Date | null }, now: Date): MirrorState {
  const mirror = row.report === null ? noMirror : readable(row.report);
  const isGone = mirror.state === 'running' && now.getTime() - (row.seen_at?.getTime() ?? 0) > goneMs;
  if (!isGone) return mirror;
  const finishedAt = row.seen_at === null || row.seen_at.getTime() === 0 ? mirror.startedAt : row.seen_at.toISOString();
  return { ...mirror, state: 'failed', finishedAt, message: cutMessage, parts: mirror.parts.map(waitingAgain) };
}

function waitingAgain(part: MirrorState['parts'][number]): MirrorState['parts'][number] {
  return part.state === 'running' ? { ...part, state: 'waiting' } : part;
}

function readable(stored: string): MirrorState {
  try {
    return readRecord('the last mirror of a registry', { stored, format, schema }).mirror;
  } catch (error) {
    if (isSealiftError(error, 'RECORD_FORMAT_OTHER') || isSealiftError(error, 'RECORD_DAMAGED')) return noMirror;
    throw error;
  }
}

function reportText(mirror: MirrorState): string {
  return canonicalJson({ format, mirror });
}
