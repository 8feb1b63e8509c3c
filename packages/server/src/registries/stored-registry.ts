import { type RegistrySettings, registrySettingsSchema, type SyncState } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { z } from 'zod';
import { parseSyncState } from '../catalogue/sync-state.ts';
import { SecretKey, type SecretKeyPlace } from '../site/secret-key.ts';
import type { Db, Trx } from '../store/store.ts';
import { storedJson } from '../store/stored-json.ts';

const documentSchema = registrySettingsSchema.extend({ format: z.literal(1), name: z.string() });

/** A pack registry as it is stored. */
export interface StoredRegistry {
  readonly name: string;
  /** The console's own. */
  readonly embedded: boolean;
  /** Path of its packs. */
  readonly base: string;
  /** Grows with every change of its settings. */
  readonly revision: number;
  /** Null for the console's own. */
  readonly settings: RegistrySettings | null;
  /** Null where it asks for no login. */
  readonly sealed: { readonly text: string; readonly keyId: string } | null;
  readonly sync: SyncState;
  readonly changedBy: string | null;
  readonly changedAt: Date | null;
}

/** What is stored of a registry beside its state. */
export interface RegistryToStore {
  readonly settings: RegistrySettings;
  readonly login: { readonly password: Secret; readonly key: SecretKey } | null;
}

/** Every registry, the console's own first, then by name. @throws RECORD_DAMAGED */
export async function readRegistries(db: Db): Promise<StoredRegistry[]> {
  const rows = await db.selectFrom('pack_registry').selectAll().orderBy('embedded', 'desc').orderBy('name').execute();
  return rows.map(({ name, embedded, base, revision, document, secret, key_id: keyId, ...row }) => {
    const what = `the settings of the registry ${name}`;
    return {
      name,
      embedded,
      base,
      revision,
      settings: document === null ? null : registrySettingsSchema.parse(storedJson(what, document, documentSchema)),
      sealed: secret === null || keyId === null ? null : { text: secret, keyId },
      sync: parseSyncState(row.sync),
      changedBy: row.changed_by,
      changedAt: row.changed_at,
    };
  });
}

/** @throws NOT_FOUND, RECORD_DAMAGED */
export async function readRegistry(db: Db, name: string): Promise<StoredRegistry> {
  const found = (await readRegistries(db)).find((one) => one.name === name);
  if (found === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'pack registry', name } });
  return found;
}

/** Holds the row until the end of the transaction. @returns its revision; undefined where it is gone */
export async function holdRegistry(trx: Trx, name: string): Promise<number | undefined> {
  const row = await trx
    .selectFrom('pack_registry')
    .select('revision')
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst();
  return row?.revision;
}

/** @throws REGISTRY_NAME_TAKEN */
export async function insertRegistry(
  trx: Trx,
  name: string,
  changedBy: string,
  stored: RegistryToStore,
): Promise<void> {
  const row = { name, embedded: false, sync: '', revision: 1, ...columnsOf(name, changedBy, stored) };
  const done = await trx
    .insertInto('pack_registry')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('name')
    .execute();
  if (done.length === 0) throw new SealiftError('REGISTRY_NAME_TAKEN', { place: 'body.name', values: { name } });
}

/** Writes the row that is held. */
export async function updateRegistry(
  trx: Trx,
  name: string,
  { revision, changedBy, ...stored }: RegistryToStore & { readonly revision: number; readonly changedBy: string },
): Promise<void> {
  await trx
    .updateTable('pack_registry')
    .set({ revision, ...columnsOf(name, changedBy, stored) })
    .where('name', '=', name)
    .execute();
}

function columnsOf(name: string, changedBy: string, { settings, login }: RegistryToStore) {
  const document = documentOf(name, settings);
  return {
    base: settings.packBase,
    document,
    // Readable only with exactly this document: nobody leads a stored password to another registry.
    secret: login === null ? null : login.key.seal(login.password.reveal(), document),
    key_id: login?.key.id ?? null,
    changed_by: changedBy,
    changed_at: new Date(),
  };
}

/** The password of a registry; undefined where it has none. @throws SECRET_KEY_OTHER, SECRET_KEY_INVALID */
export async function openPassword(
  place: SecretKeyPlace,
  { name, settings, sealed }: Pick<StoredRegistry, 'name' | 'settings' | 'sealed'>,
): Promise<Secret | undefined> {
  if (settings === null || settings.username === null) return undefined;
  const other = (reason: string): SealiftError =>
    new SealiftError('SECRET_KEY_OTHER', { values: { path: place.path, reason } });
  // A key that is made now could not read what was sealed before.
  const key = await SecretKey.open({ ...place, mayBeMade: false });
  if (sealed === null) throw other('there is none');
  if (key.id !== sealed.keyId) throw other(`it was sealed with the key ${sealed.keyId}, not ${key.id}`);
  const text = key.open(sealed.text, documentOf(name, settings));
  if (text === undefined) throw other('it was changed since it was sealed');
  return new Secret(text);
}

function documentOf(name: string, settings: RegistrySettings): string {
  return canonicalJson({ format: 1, name, ...settings });
}
