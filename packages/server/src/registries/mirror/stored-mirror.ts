import { type MirrorState, mirrorStateSchema } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { isSealiftError } from '@sealift/core/errors';
import { readRecord } from '@sealift/core/record';
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { Db, Trx } from '../../store/store.ts';
import type { Tables } from '../../store/tables.ts';

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
export async function loadMirror(db: Db): Promise<MirrorState> {
  return stateOf(await db.selectFrom('registry_mirror').select(columns).executeTakeFirstOrThrow());
}

/** The same, and keeps others from beginning one until the transaction ends. */
export async function holdMirror(trx: Trx): Promise<MirrorState> {
  return stateOf(await hold(trx));
}

/** Puts the beginning of a mirror in the place of the last one. @param run names the one that does it */
export async function storeBegun(trx: Trx, run: string, mirror: MirrorState): Promise<void> {
  const report = reportText(mirror);
  await trx.updateTable('registry_mirror').set({ run, seen_at: now, cancelled_by: null, report }).execute();
}

/** Keeps how far a mirror is. @returns whether it is this one's to go on with: nobody else's, and not to be ended */
export async function storeProgress(db: Db, run: string, mirror: MirrorState): Promise<boolean> {
  const row = await db
    .updateTable('registry_mirror')
    .set({ seen_at: now, report: reportText(mirror) })
    .where('run', '=', run)
    .returning('cancelled_by')
    .executeTakeFirst();
  return row !== undefined && row.cancelled_by === null;
}

/** Notes that the mirror under way is to end, for the process that does it. */
export async function storeCancel(trx: Trx, by: string): Promise<void> {
  await trx.updateTable('registry_mirror').set({ cancelled_by: by }).execute();
}

/**
 * Stores that a mirror has ended that was under way when its console did.
 *
 * @param isOurs whether a run is of a console that is being started now
 * @returns that mirror as it ended; undefined where none was under way
 */
export async function endAbandoned(trx: Trx, isOurs: (run: string) => boolean): Promise<MirrorState | undefined> {
  const row = await hold(trx);
  const mirror = reported(row);
  if (mirror.state !== 'running' || !isOurs(row.run ?? '')) return undefined;
  const ended = cutShort(mirror, row);
  await trx
    .updateTable('registry_mirror')
    .set({ report: reportText(ended) })
    .execute();
  return ended;
}

type Row = Pick<Selectable<Tables['registry_mirror']>, 'run' | 'report' | 'seen_at'> & { readonly is_gone: boolean };

/** Consoles share the clock of their database. */
const now = sql<Date>`now()`;
const isGone = sql<boolean>`coalesce(seen_at < now() - ${goneMs} * interval '1 millisecond', true)`.as('is_gone');
const columns = ['run', 'report', 'seen_at', isGone] as const;

async function hold(trx: Trx): Promise<Row> {
  return await trx.selectFrom('registry_mirror').select(columns).forUpdate().executeTakeFirstOrThrow();
}

function stateOf(row: Row): MirrorState {
  const mirror = reported(row);
  return mirror.state === 'running' && row.is_gone ? cutShort(mirror, row) : mirror;
}

/** It came to its end when it was heard of last. */
function cutShort(mirror: MirrorState, { seen_at }: Pick<Row, 'seen_at'>): MirrorState {
  const finishedAt = seen_at?.toISOString() ?? mirror.startedAt;
  return { ...mirror, state: 'failed', finishedAt, message: cutMessage, parts: mirror.parts.map(waitingAgain) };
}

function waitingAgain(part: MirrorState['parts'][number]): MirrorState['parts'][number] {
  return part.state === 'running' ? { ...part, state: 'waiting' } : part;
}

function reported({ report: stored }: Pick<Row, 'report'>): MirrorState {
  if (stored === null) return noMirror;
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
