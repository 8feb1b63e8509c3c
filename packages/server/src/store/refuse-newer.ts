import { SealiftError } from '@sealift/core/errors';
import { readableUpgradeFormats } from '@sealift/core/upgrade';
import type { Kysely, TableMetadata } from 'kysely';
import { newestVersion } from './store-version.ts';
import type { Tables } from './tables.ts';
import type { UpgradeRow } from './tables/upgrades.ts';
import { upgradesUnderWay } from './under-way.ts';

/**
 * Refuses a database that this version must leave alone, before anything of it is changed. A version that is too old for it would not
 * only misread it: what it writes, the newer one would misread.
 *
 * @param known the names of this version's migrations
 * @throws STORE_FROM_NEWER, UPGRADE_FROM_NEWER
 */
export async function refuseNewer(db: Kysely<Tables>, known: readonly string[]): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return;
  const applied = await (db as unknown as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  const unknown = applied.find(({ name }) => !known.includes(name));
  const version = async (): Promise<string> =>
    tables.some(({ name }) => name === 'store_version') ? await newestVersion(db) : 'another version of Sealift';
  if (unknown !== undefined) {
    throw new SealiftError('STORE_FROM_NEWER', { values: { migration: unknown.name, version: await version() } });
  }
  if (!hasFormats(tables)) return;
  const other = (await upgradesUnderWay(db)).find((row) => !isReadable(row));
  if (other !== undefined) throw fromNewer(other, await version());
}

/** Whether this version knows the form in which an upgrade is stored. */
export function isReadable({ format }: Pick<UpgradeRow, 'format'>): boolean {
  return format === null || readableUpgradeFormats.includes(format);
}

/**
 * Before anything is done with an upgrade that a newer console beside this one may have taken up.
 *
 * @throws UPGRADE_FROM_NEWER
 */
export async function assertReadable(db: Kysely<Tables>, row: Pick<UpgradeRow, 'id' | 'format'>): Promise<void> {
  if (!isReadable(row)) throw fromNewer(row, await newestVersion(db));
}

/** The refusal of an upgrade that another version stored. */
export function fromNewer({ id, format }: Pick<UpgradeRow, 'id' | 'format'>, version: string): SealiftError {
  const reads = readableUpgradeFormats.join(', ');
  return new SealiftError('UPGRADE_FROM_NEWER', { values: { id, version, found: String(format), reads } });
}

function hasFormats(tables: readonly TableMetadata[]): boolean {
  const upgrade = tables.find(({ name }) => name === 'upgrade');
  return upgrade?.columns.some(({ name }) => name === 'format') === true;
}
