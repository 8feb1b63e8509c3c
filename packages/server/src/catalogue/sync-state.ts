import { type PackRegistry, type SyncState, syncStateSchema } from '@sealift/core/api';
import { asSealiftError, SealiftError } from '@sealift/core/errors';
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

/** @throws NOT_FOUND */
export async function packRegistry(db: Db, name: string, host: string): Promise<PackRegistry> {
  const row = await db.selectFrom('pack_registry').selectAll().where('name', '=', name).executeTakeFirst();
  if (row === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'pack registry', name } });
  return { name: row.name, registry: host, base: row.base, embedded: row.embedded, sync: parseState(row.sync) };
}

export async function readSyncState(db: Db, name = packRegistryName): Promise<SyncState> {
  const row = await db.selectFrom('pack_registry').select('sync').where('name', '=', name).executeTakeFirst();
  return row === undefined ? neverSynced : parseState(row.sync);
}

/** Reads the state and keeps others from changing it until the transaction ends. */
export async function holdSyncState(trx: Trx, name = packRegistryName): Promise<SyncState> {
  const row = await trx
    .selectFrom('pack_registry')
    .select('sync')
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return parseState(row.sync);
}

export async function writeSyncState(db: Db, state: SyncState, name = packRegistryName): Promise<void> {
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

function parseState(text: string): SyncState {
  return text === '' ? neverSynced : syncStateSchema.parse(JSON.parse(text));
}
