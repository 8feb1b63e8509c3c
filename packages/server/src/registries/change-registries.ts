import {
  type AddRegistryRequest,
  type EditRegistryRequest,
  type RegistrySettings,
  registrySettingsSchema,
  type TryRegistryRequest,
} from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import type { RegistryCheck } from '@sealift/oci/try-registry';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { RegistrySyncs } from '../catalogue/registry-syncs.ts';
import { recordChanged } from '../http/if-match.ts';
import { SecretKey, type SecretKeyPlace } from '../site/secret-key.ts';
import { change, changeWhile } from '../store/change.ts';
import type { Trx } from '../store/store.ts';
import { type NeedParts, neededVersions, refuseNeeded } from './needed.ts';
import {
  holdRegistry,
  insertRegistry,
  openPassword,
  readRegistry,
  type StoredRegistry,
  updateRegistry,
} from './stored-registry.ts';
import { invalid, refuseFailed, refuseInvalid, trySettings } from './try-settings.ts';

/** More than a site has; each is asked by every sync. */
const limit = 20;

/** What changing registries takes. */
export interface RegistryParts extends NeedParts {
  readonly key: SecretKeyPlace;
  readonly syncs: RegistrySyncs;
}

/** Tries a registry, and stores nothing. @throws INPUT_INVALID */
export async function tryAsked({ password: given, ...settings }: TryRegistryRequest): Promise<RegistryCheck[]> {
  return await trySettings(settings, passwordOf(settings, given));
}

/**
 * Tries a stored registry as it is, or as it would be with changes; stores nothing.
 *
 * @throws NOT_FOUND, INPUT_INVALID, REGISTRY_EMBEDDED, SECRET_KEY_*
 */
export async function tryStored(
  { db, key }: Pick<RegistryParts, 'db' | 'key'>,
  name: string,
  { password: given, ...asked }: EditRegistryRequest,
): Promise<RegistryCheck[]> {
  const stored = await readRegistry(db, name);
  const settings = registrySettingsSchema.parse({ ...demandSettings(stored, 'validated so'), ...asked });
  const password = given === undefined ? await keptPassword(key, stored, settings) : passwordOf(settings, given);
  return await trySettings(settings, password);
}

/**
 * Adds a registry once all that it is to be good for was done with it, and begins to read it.
 *
 * @throws INPUT_INVALID, REGISTRY_SETTINGS_REFUSED, REGISTRY_NAME_TAKEN, REGISTRY_COUNT_LIMIT, SECRET_KEY_*, CONSOLE_LOCKED
 */
export async function addRegistry(
  { db, key: place, syncs }: RegistryParts,
  actor: Actor,
  { name, password: given, ...settings }: AddRegistryRequest,
): Promise<RegistryCheck[]> {
  const password = passwordOf(settings, given);
  const checks = await trySettings(settings, password);
  refuseFailed(settings.registry, checks);
  const login = await loginOf(place, password);
  await change(db, async (trx) => {
    const { count } = await trx
      .selectFrom('pack_registry')
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    if (Number(count) >= limit) throw new SealiftError('REGISTRY_COUNT_LIMIT', { values: { limit } });
    await insertRegistry(trx, name, actor.name, { settings, login });
    await recordAudit(trx, actor, { action: 'pack-registry.add', subject: name, details: { after: told(settings) } });
  });
  await syncs.start(actor, name);
  return checks;
}

/**
 * Changes how a registry is reached, once it was tried so. While an upgrade runs only the way to it may change, and not the place: content is read
 * from it by digest.
 *
 * @throws NOT_FOUND, INPUT_INVALID, RECORD_CHANGED, REGISTRY_EMBEDDED, REGISTRY_NEEDED, REGISTRY_SETTINGS_REFUSED, SECRET_KEY_*, CONSOLE_LOCKED
 */
export async function editRegistry(
  parts: RegistryParts,
  actor: Actor,
  { name, revision }: { readonly name: string; readonly revision: number },
  { password: given, ...asked }: EditRegistryRequest,
): Promise<RegistryCheck[]> {
  const { db, key: place } = parts;
  const stored = await readRegistry(db, name);
  const before = demandSettings(stored, 'changed');
  if (stored.revision !== revision) throw recordChanged(`the registry ${name}`);
  const settings = registrySettingsSchema.parse({ ...before, ...asked });
  const password = given === undefined ? await keptPassword(place, stored, settings) : passwordOf(settings, given);
  const isSamePlace = placeOf(before) === placeOf(settings);
  if (!isSamePlace) await refuseNeeded(parts, name);
  const checks = await trySettings(settings, password);
  refuseFailed(settings.registry, checks);
  const login = await loginOf(place, password);
  await changeWhile(db, isSamePlace, async (trx) => {
    await demandSame(trx, name, revision);
    await updateRegistry(trx, name, { settings, login, revision: revision + 1, changedBy: actor.name });
    const details = { before: told(before), after: told(settings), newPassword: given !== undefined };
    await recordAudit(trx, actor, { action: 'pack-registry.change', subject: name, details });
  });
  return checks;
}

/**
 * Forgets a registry; nothing in it is touched. What it alone held leaves the catalogue.
 *
 * @throws NOT_FOUND, RECORD_CHANGED, REGISTRY_EMBEDDED, REGISTRY_NEEDED, REGISTRY_AWAY, CONSOLE_LOCKED
 */
export async function removeRegistry(
  parts: RegistryParts,
  actor: Actor,
  name: string,
  revision: number,
): Promise<void> {
  const { db, syncs } = parts;
  const before = demandSettings(await readRegistry(db, name), 'removed');
  await refuseNeeded(parts, name);
  await change(db, async (trx) => {
    await demandSame(trx, name, revision);
    await forgetContent(trx, name);
    await trx.deleteFrom('pack_registry').where('name', '=', name).execute();
    await recordAudit(trx, actor, { action: 'pack-registry.remove', subject: name, details: { before: told(before) } });
  });
  await syncs.forget(name);
}

/** Takes out of the catalogue what only this registry held, but for what may be needed. */
async function forgetContent(trx: Trx, registry: string): Promise<void> {
  const needed = await neededVersions(trx);
  const held = await trx.selectFrom('registry_content').selectAll().where('registry', '=', registry).execute();
  for (const { kind, name, version, digest } of held) {
    if (needed.has(`${name} ${version}`)) continue;
    const other = await trx
      .selectFrom('registry_content')
      .select('registry')
      .where('registry', '!=', registry)
      .where('kind', '=', kind)
      .where('name', '=', name)
      .where('version', '=', version)
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (other !== undefined) continue;
    if (kind === 'pack') {
      await trx
        .deleteFrom('catalogue_pack_release')
        .where('name', '=', name)
        .where('version', '=', version)
        .where('digest', '=', digest)
        .execute();
    } else {
      await trx
        .deleteFrom('catalogue_release')
        .where('product', '=', name)
        .where('version', '=', version)
        .where('digest', '=', digest)
        .execute();
    }
  }
}

async function demandSame(trx: Trx, name: string, revision: number): Promise<void> {
  if ((await holdRegistry(trx, name)) !== revision) throw recordChanged(`the registry ${name}`);
}

function demandSettings({ name, settings }: StoredRegistry, done: string): RegistrySettings {
  if (settings !== null) return settings;
  throw new SealiftError('REGISTRY_EMBEDDED', { values: { name, done } });
}

async function loginOf(place: SecretKeyPlace, password: Secret | undefined) {
  return password === undefined ? null : { password, key: await SecretKey.open(place) };
}

/** @throws INPUT_INVALID */
function passwordOf(settings: RegistrySettings, given: string | undefined): Secret | undefined {
  refuseInvalid(settings, given);
  if (settings.username === null) return undefined;
  if (given === undefined) throw invalid('password', 'the password', 'this is required');
  return new Secret(given);
}

/** The stored password is used only where it goes where it went before. */
async function keptPassword(
  place: SecretKeyPlace,
  stored: StoredRegistry,
  settings: RegistrySettings,
): Promise<Secret | undefined> {
  refuseInvalid(settings, undefined);
  if (settings.username === null) return undefined;
  const way = ({ registry, plainHttp, username, ca, allowedOrigins }: RegistrySettings): string =>
    canonicalJson({ registry, plainHttp, username, ca, allowedOrigins });
  if (stored.settings !== null && way(stored.settings) === way(settings)) return await openPassword(place, stored);
  const reason = 'it is needed again where address, user name, CA or allowed addresses change';
  throw invalid('password', 'the password', reason);
}

/** Where content is, whoever reads it. */
function placeOf({ registry, packBase, imageBase }: RegistrySettings): string {
  return canonicalJson({ registry, packBase, imageBase });
}

function told({ ca, ...settings }: RegistrySettings) {
  return { ...settings, trust: ca === null ? 'the CAs of the machine' : 'a CA of its own' };
}
