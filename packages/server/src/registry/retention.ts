import type { ReleaseName } from '@sealift/core/api';
import { parsePackRelease, parseRelease } from '@sealift/core/release';
import { compareVersions } from '@sealift/core/version';
import { catalogRepository } from '@sealift/oci/reference';
import { pinnedContent } from '../catalogue/pinned-content.ts';
import type { Db } from '../store/store.ts';
import type { CatalogueReleaseRow } from '../store/tables/catalogue.ts';
import { packBase } from '../catalogue/content-paths.ts';

/** Which content of the registry has to stay, and which only superseded releases need. */
export interface Retention {
  /** Releases older than the previous one that nobody asked to keep. */
  readonly expired: readonly ReleaseName[];
  /** Digests of everything that kept releases pin, their markers included. */
  readonly keep: ReadonlySet<string>;
  /** Whether only expired releases need a manifest in a repository. What no release of the catalogue pins is not ours to remove. */
  readonly isExpired: (repository: string, digest: string) => boolean;
}

/**
 * Goes by the catalogue: kept are the installed release, the one before it, every newer one, every release of a product that is
 * not installed, whatever an upgrade under way is about, and what was named by hand.
 */
export async function retention(db: Db, keptByHand: readonly ReleaseName[]): Promise<Retention> {
  const rows = await db.selectFrom('catalogue_release').selectAll().execute();
  const oldest = await oldestNeeded(db, rows);
  const isKept = ({ product, version }: ReleaseName): boolean =>
    oldest === null ||
    product !== oldest.product ||
    compareVersions(version, oldest.version) >= 0 ||
    keptByHand.some((kept) => kept.product === product && kept.version === version);
  const expired = rows.filter((row) => !isKept(row));
  const packs = await db.selectFrom('catalogue_pack_release').selectAll().execute();
  const kept = [...rows.filter((row) => isKept(row)).flatMap(pinsOf), ...packs.flatMap(pinsOfPack)];
  const keep = new Set(kept.map(({ digest }) => digest));
  const gone = new Set(expired.flatMap(pinsOf).map(({ repository, digest }) => `${repository}@${digest}`));
  return {
    expired: expired.map(({ product, version }) => ({ product, version })),
    keep,
    isExpired: (repository, digest) => !keep.has(digest) && gone.has(`${repository}@${digest}`),
  };
}

/** The oldest release that the platform may still need; null when it cannot be told, and then every release stays. */
async function oldestNeeded(db: Db, rows: readonly CatalogueReleaseRow[]): Promise<ReleaseName | null> {
  const installed = await db.selectFrom('profile').select(['product', 'version']).executeTakeFirst();
  if (installed === undefined) return null;
  const { product, version } = installed;
  const upgrades = await db
    .selectFrom('upgrade')
    .select(['from_version', 'to_version', 'finished_at'])
    .where('product', '=', product)
    .orderBy('finished_at', 'desc')
    .execute();
  const came = upgrades.find((one) => one.finished_at !== null && one.to_version === version)?.from_version;
  const older = rows.filter((row) => row.product === product && compareVersions(row.version, version) < 0);
  const before =
    came ??
    older
      .map((row) => row.version)
      .toSorted(compareVersions)
      .at(-1);
  const underWay = upgrades.filter((one) => one.finished_at === null).map((one) => one.from_version);
  const [oldest = version] = [version, ...underWay, ...(before === undefined ? [] : [before])].toSorted(
    compareVersions,
  );
  return { product, version: oldest };
}

/** Signatures are checked where releases are used; what is kept or left behind depends on what the catalogue says alone. */
export function pinsOf(row: CatalogueReleaseRow): { readonly repository: string; readonly digest: string }[] {
  const release = parseRelease(row.release, `the catalogue's ${row.product} ${row.version}`);
  return [...pinnedContent(packBase, release), { repository: catalogRepository(packBase), digest: row.digest }];
}

/** Packs released by themselves stay: which of them a site uses, no release tells. */
function pinsOfPack(row: { readonly name: string; readonly release: string; readonly digest: string }) {
  const { pack, images } = parsePackRelease(row.release, `the catalogue's pack ${row.name}`);
  const marker = { repository: catalogRepository(packBase), digest: row.digest };
  return [...pinnedContent(packBase, { spec: { packs: [pack], images } }), marker];
}
