import type { Db } from '../store/store.ts';
import type { CatalogueReleaseRow } from '../store/tables/catalogue.ts';

/** The installed release, and both ends of the last confirmed upgrade: under way, ended early, or to be gone back from. */
export async function neededReleases(db: Db): Promise<CatalogueReleaseRow[]> {
  const profile = await db.selectFrom('profile').select(['product', 'version']).executeTakeFirst();
  const upgrades = await db
    .selectFrom('upgrade')
    .select(['product', 'from_version', 'to_version', 'finished_at'])
    .where('confirmed_at', 'is not', null)
    .orderBy('confirmed_at', 'desc')
    .execute();
  const concerned = upgrades.filter(({ finished_at }, index) => index === 0 || finished_at === null);
  const needed = new Set([
    ...(profile === undefined ? [] : [`${profile.product} ${profile.version}`]),
    ...concerned.flatMap((one) => [`${one.product} ${one.from_version}`, `${one.product} ${one.to_version}`]),
  ]);
  const rows = await db.selectFrom('catalogue_release').selectAll().execute();
  return rows.filter(({ product, version }) => needed.has(`${product} ${version}`));
}
