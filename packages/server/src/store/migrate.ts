import { asSealiftError } from '@sealift/core/errors';
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import * as acceptedRisks from './migrations/accepted-risks.ts';
import * as access from './migrations/access.ts';
import * as backupStore from './migrations/backup-store.ts';
import * as backups from './migrations/backups.ts';
import * as evidence from './migrations/evidence.ts';
import * as gateways from './migrations/gateways.ts';
import * as hops from './migrations/hops.ts';
import * as hunkedTexts from './migrations/hunked-texts.ts';
import * as idempotentRequests from './migrations/idempotent-requests.ts';
import * as initial from './migrations/initial.ts';
import * as layerEdits from './migrations/layer-edits.ts';
import * as notifications from './migrations/notifications.ts';
import * as onFailure from './migrations/on-failure.ts';
import * as packReleases from './migrations/pack-releases.ts';
import * as packTexts from './migrations/pack-texts.ts';
import * as preflight from './migrations/preflight.ts';
import * as profileFormat from './migrations/profile-format.ts';
import * as registryMirror from './migrations/registry-mirror.ts';
import * as rehearsals from './migrations/rehearsals.ts';
import * as registries from './migrations/registries.ts';
import * as resolutionMemory from './migrations/resolution-memory.ts';
import * as reversible from './migrations/reversible.ts';
import * as revokedKeys from './migrations/revoked-keys.ts';
import * as singleSignOn from './migrations/single-sign-on.ts';
import * as siteSettings from './migrations/site-settings.ts';
import * as tokenMakers from './migrations/token-makers.ts';
import * as versions from './migrations/versions.ts';
import { refuseNewer } from './refuse-newer.ts';
import type { Tables } from './tables.ts';
import { recordVersion } from './store-version.ts';

/** Every migration, in order. A published one is never edited; the next change is a new one. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-initial': initial,
  '0002-pack-texts': packTexts,
  '0003-resolution-memory': resolutionMemory,
  '0004-pack-releases': packReleases,
  '0005-hops': hops,
  '0006-preflight': preflight,
  '0007-profile-format': profileFormat,
  '0008-token-makers': tokenMakers,
  '0009-revoked-keys': revokedKeys,
  '0010-site-settings': siteSettings,
  '0011-accepted-risks': acceptedRisks,
  '0012-evidence': evidence,
  '0013-backups': backups,
  '0014-on-failure': onFailure,
  '0015-reversible': reversible,
  '0016-versions': versions,
  '0018-backup-store': backupStore,
  '0020-gateways': gateways,
  '0021-layer-edits': layerEdits,
  '0022-access': access,
  '0023-single-sign-on': singleSignOn,
  '0024-registries': registries,
  '0025-rehearsals': rehearsals,
  '0026-notifications': notifications,
  '0027-idempotent-requests': idempotentRequests,
  '0028-registry-mirror': registryMirror,
  '0029-hunked-texts': hunkedTexts,
};

/** The last change of this version's tables. */
export const newestMigration = Object.keys(migrations).at(-1) ?? '';

/**
 * Brings the store to this version's tables. Several processes may call it at once: one migrates, the others wait.
 *
 * @throws STORE_FROM_NEWER when the database holds a migration that this version does not know, UPGRADE_FROM_NEWER when an upgrade is under
 *   way in a form that it does not know; nothing is changed.
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } });
  await refuseNewer(db, Object.keys(migrations));
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw asSealiftError(error);
  await recordVersion(db);
}

/** Makes this version's tables where there are none, within a transaction. */
export async function makeTables(trx: Kysely<Tables>): Promise<void> {
  for (const migration of Object.values(migrations)) await migration.up(trx);
}
