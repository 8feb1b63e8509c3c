import type { CataloguePack, OutdatedPackList, PackPage, PackUse, PackUsePage } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { type KnownPack, knownPacks, outdatedPacks } from '@sealift/core/packs';
import { parsePack } from '@sealift/core/pack';
import { storedPackReleases } from '../catalogue/stored-pack-releases.ts';
import { storedReleases, type StoredRelease } from '../catalogue/stored-release.ts';
import { type Cursor, nextAfter } from '../http/cursor.ts';
import { type InstalledProfile, installedProfile } from '../platform/installed.ts';
import type { Db } from '../store/store.ts';
import { compareCursors, inOrder } from './uses-order.ts';

/** The packs that the catalogue vouches for, beside what the enterprise cluster runs. */
export interface PackOverview {
  readonly known: readonly KnownPack[];
  readonly releases: readonly StoredRelease[];
  readonly profile: InstalledProfile | null;
  /** How many releases and packs of the catalogue nobody vouches for. */
  readonly leftOut: number;
}

const packsOnPage = 100;
const usesOnPage = 200;

/** Reads catalogue and profile; every signature is verified again. */
export async function packOverview(db: Db): Promise<PackOverview> {
  const [releases, packReleases, profile, stored] = await Promise.all([
    storedReleases(db),
    storedPackReleases(db),
    installedProfile(db),
    countOfStored(db),
  ]);
  const leftOut = Math.max(0, stored - releases.length - packReleases.length);
  return {
    known: knownPacks(
      releases.map(({ release }) => release),
      packReleases,
    ),
    releases,
    profile,
    leftOut,
  };
}

/** A page of the packs, behind the one that the cursor names. */
export async function packPage(db: Db, { known, profile }: PackOverview, after: string): Promise<PackPage> {
  const rest = known.filter(({ name }) => name > after);
  const page = rest.slice(0, packsOnPage);
  const names = await displayNames(
    db,
    page.flatMap(({ versions }) => versions.map(({ digest }) => digest)),
  );
  const used = new Set(profile?.layers.map(({ pack, digest }) => `${pack} ${digest}`));
  const packs = page.map(({ name, versions }): CataloguePack => {
    const [newest] = versions;
    return {
      name,
      displayName: names.get(newest?.digest ?? '') ?? name,
      layer: newest?.layer ?? 'addon',
      versions: versions.map(({ version, digest, sources }) => ({
        version,
        digest,
        sources: [...sources],
        inUse: used.has(`${name} ${digest}`),
      })),
    };
  });
  return { packs, next: rest.length > packsOnPage ? (page.at(-1)?.name ?? null) : null };
}

/** Packs in use of which the catalogue has newer versions. */
export async function outdatedPackList(db: Db, { known, profile, leftOut }: PackOverview): Promise<OutdatedPackList> {
  if (profile === null) return { inUse: null, leftOut, packs: [] };
  const outdated = outdatedPacks(profile.layers, known);
  const names = await displayNames(
    db,
    outdated.flatMap(({ newer }) => newer.map(({ digest }) => digest)),
  );
  return {
    inUse: profile.layers.length,
    leftOut,
    packs: outdated.map(({ newer, ...used }) => ({
      ...used,
      displayName: names.get(newer[0]?.digest ?? '') ?? used.pack,
      newer: newer.map(({ version, digest, sources }) => ({ version, digest, sources: [...sources] })),
    })),
  };
}

/**
 * What uses a pack: layers, packs in use that name it, and releases, from the newest on.
 *
 * @param after the last one that was given; one that is gone since is no hindrance
 * @throws PACK_UNKNOWN where neither the catalogue nor the cluster has it
 */
export async function packUses(
  db: Db,
  overview: PackOverview,
  name: string,
  after: Cursor<number> | undefined,
): Promise<PackUsePage> {
  const { known, profile, releases } = overview;
  const layers = (profile?.layers ?? []).filter(({ pack }) => pack === name);
  if (layers.length === 0 && known.every((pack) => pack.name !== name)) {
    throw new SealiftError('PACK_UNKNOWN', { values: { name } });
  }
  const uses = inOrder([
    ...layers.map(({ layer, version, baseValues, currentValues }) => {
      return { kind: 'layer' as const, layer, version, customised: baseValues !== currentValues };
    }),
    ...(await dependentsOf(db, profile, name)),
    ...releases.flatMap(({ release: { metadata, spec } }) =>
      spec.packs
        .filter((pack) => pack.name === name)
        .map(({ version }) => ({
          kind: 'release' as const,
          product: metadata.product,
          release: metadata.version,
          version,
          installed: metadata.product === profile?.product && metadata.version === profile.version,
        })),
    ),
  ]);
  const rest = uses.filter(({ at }) => after === undefined || compareCursors(at, after) > 0).slice(0, usesOnPage + 1);
  return {
    name,
    uses: rest.slice(0, usesOnPage).map(({ use }) => use),
    next: nextAfter(rest, usesOnPage, ({ at }) => at),
  };
}

/** Packs in use whose constraints name the pack. */
async function dependentsOf(db: Db, profile: InstalledProfile | null, name: string): Promise<readonly PackUse[]> {
  const digests = profile?.layers.map(({ digest }) => digest) ?? [];
  if (digests.length === 0) return [];
  const rows = await db.selectFrom('catalogue_pack').select('pack_json').where('digest', 'in', digests).execute();
  return rows.flatMap((row) => {
    const { name: pack, version, constraints } = parsePack(row.pack_json, 'the catalogue');
    const named = (constraints?.dependencies ?? []).filter(({ packName }) => packName === name);
    return named.map(({ type, minVersion, maxVersion }) => ({
      kind: 'dependency' as const,
      pack,
      version,
      type,
      versions: [minVersion ? `>=${minVersion}` : '', maxVersion ? `<=${maxVersion}` : ''].filter(Boolean).join(' '),
    }));
  });
}

async function displayNames(db: Db, digests: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (digests.length === 0) return new Map();
  const rows = await db
    .selectFrom('catalogue_pack')
    .select(['digest', 'display_name'])
    .where('digest', 'in', [...new Set(digests)])
    .execute();
  return new Map(rows.map((row) => [row.digest, row.display_name]));
}

async function countOfStored(db: Db): Promise<number> {
  const counts = await Promise.all(
    (['catalogue_release', 'catalogue_pack_release'] as const).map((table) =>
      db
        .selectFrom(table)
        .select((expression) => expression.fn.countAll<string>().as('count'))
        .executeTakeFirstOrThrow(),
    ),
  );
  return counts.reduce((sum, { count }) => sum + Number(count), 0);
}
