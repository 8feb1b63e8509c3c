import { type SyncState, syncStateSchema } from '@sealift/core/api';
import { asSealiftError } from '@sealift/core/errors';
import type { Db, Trx } from '../store/store.ts';
import { aboutKeysOfConsole } from './trusted-keys.ts';

/** The name that the runbook knows the registry by. */
export const packRegistryName = 'spectro-packs';

/** A registry that was never synced. */
export const neverSynced: SyncState = {
  state: 'never',
  startedAt: null,
  finishedAt: null,
  done: 0,
  total: 0,
  message: 'Not synced yet',
  refused: [],
};

/** Of the console's own registry. */
export async function readSyncState(db: Db): Promise<SyncState> {
  return (await findSyncState(db, packRegistryName)) ?? neverSynced;
}

/** Of every registry, the console's own first. */
export async function readSyncStates(db: Db): Promise<{ readonly name: string; readonly sync: SyncState }[]> {
  const rows = await db
    .selectFrom('pack_registry')
    .select(['name', 'sync'])
    .orderBy('embedded', 'desc')
    .orderBy('name')
    .execute();
  return rows.map(({ name, sync }) => ({ name, sync: parseSyncState(sync) }));
}

/** @returns undefined where there is no such registry */
export async function findSyncState(db: Db, name: string): Promise<SyncState | undefined> {
  const row = await db.selectFrom('pack_registry').select('sync').where('name', '=', name).executeTakeFirst();
  return row === undefined ? undefined : parseSyncState(row.sync);
}

/** Reads the state and keeps others from changing it until the transaction ends. */
export async function holdSyncState(trx: Trx, name: string): Promise<SyncState> {
  const row = await trx
    .selectFrom('pack_registry')
    .select('sync')
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return parseSyncState(row.sync);
}

export async function writeSyncState(db: Db, state: SyncState, name: string): Promise<void> {
  await db
    .updateTable('pack_registry')
    .set({ sync: JSON.stringify(state) })
    .where('name', '=', name)
    .execute();
}

/** Something found and not taken, with the code and the remedy. */
export function refusalOf(name: string, error: unknown): SyncState['refused'][number] {
  const { code, message, hint } = asSealiftError(aboutKeysOfConsole(error));
  return { name, code, detail: message, hint };
}

export function parseSyncState(text: string): SyncState {
  return text === '' ? neverSynced : syncStateSchema.parse(JSON.parse(text));
}
