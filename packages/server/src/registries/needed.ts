import { SealiftError } from '@sealift/core/errors';
import { parseRelease } from '@sealift/core/release';
import { catalogRepository, packReference } from '@sealift/oci/reference';
import { packBase } from '../catalogue/content-paths.ts';
import { neededReleases } from '../catalogue/needed-releases.ts';
import { type PinnedContent, pinnedContent } from '../catalogue/pinned-content.ts';
import type { Db } from '../store/store.ts';
import type { CatalogueReleaseRow } from '../store/tables/catalogue.ts';
import { storedPlan } from '../upgrades/stored-plan.ts';
import type { EveryRegistry } from './every-registry.ts';
import type { ExternalRegistries } from './external-registries.ts';
import { RemoteContent } from './remote-content.ts';

/** What is needed, for people, and what it pins. */
interface Needed {
  readonly release: string;
  readonly why: string;
  readonly pins: readonly PinnedContent[];
  readonly marker?: { readonly product: string; readonly version: string };
}

/** What looking for needed content takes. */
export interface NeedParts {
  readonly db: Db;
  readonly every: EveryRegistry;
  readonly others: ExternalRegistries;
}

/**
 * Refuses to lose a registry that alone holds what the installed release, an upgrade or an open draft needs.
 *
 * @throws REGISTRY_NEEDED; REGISTRY_AWAY where another one that may hold it cannot be asked
 */
export async function refuseNeeded({ db, every, others }: NeedParts, name: string): Promise<void> {
  for (const { release, why, pins, marker } of await neededNow(db)) {
    const absent = await every.absentWithout(name, pins);
    if (absent.length === 0) continue;
    const held = await heldBy(others, name, absent).catch(async () => {
      // It does not answer: what its last sync found counts.
      return marker !== undefined && (await wasFoundIn(db, name, marker)) ? absent : [];
    });
    if (held.length === 0) continue;
    const named = held.slice(0, 3).map(({ what }) => what);
    const missing = `${named.join(', ')}${held.length > 3 ? ` and ${held.length - 3} more` : ''}`;
    throw new SealiftError('REGISTRY_NEEDED', { values: { registry: name, release, why, missing } });
  }
}

/** Releases and packs that may be needed, by product or name and version. */
export async function neededVersions(db: Db): Promise<ReadonlySet<string>> {
  const rows = [...(await neededReleases(db)), ...(await draftedReleases(db))];
  const layers = await db.selectFrom('profile_layer').select(['pack', 'version']).execute();
  return new Set([
    ...rows.map(({ product, version }) => `${product} ${version}`),
    ...layers.map(({ pack, version }) => `${pack} ${version}`),
  ]);
}

async function neededNow(db: Db): Promise<Needed[]> {
  const profile = await db.selectFrom('profile').select(['product', 'version']).executeTakeFirst();
  const isInstalled = ({ product, version }: CatalogueReleaseRow): boolean =>
    product === profile?.product && version === profile.version;
  const releases = (await neededReleases(db)).map((row) =>
    neededRelease(row, isInstalled(row) ? 'the platform runs' : 'an upgrade is about'),
  );
  const drafted = (await draftedReleases(db)).map((row) => neededRelease(row, 'an open draft is about'));
  const layers = await db.selectFrom('profile_layer').select(['pack', 'version', 'digest']).execute();
  const packs = layers.map(({ pack, version, digest }) => ({
    release: `the pack ${pack} ${version}`,
    why: 'the platform runs',
    pins: [{ what: `pack ${pack} ${version}`, repository: packReference(packBase, pack, version).repository, digest }],
  }));
  return [...releases, ...drafted, ...packs];
}

function neededRelease(row: CatalogueReleaseRow, why: string): Needed {
  const { product, version, digest } = row;
  const release = parseRelease(row.release, `the catalogue's ${product} ${version}`);
  const marker = { what: `the release marker of ${version}`, repository: catalogRepository(packBase), digest };
  return {
    release: `${product} ${version}`,
    why,
    pins: [...pinnedContent(packBase, release), marker],
    marker: { product, version },
  };
}

/** The releases on the way of an open draft. */
async function draftedReleases(db: Db): Promise<CatalogueReleaseRow[]> {
  const drafts = await db.selectFrom('upgrade').selectAll().where('state', '=', 'draft').execute();
  const wanted = new Set(
    drafts.flatMap((draft) => [
      `${draft.product} ${draft.to_version}`,
      ...hopsOf(draft).map((version) => `${draft.product} ${version}`),
    ]),
  );
  if (wanted.size === 0) return [];
  const rows = await db.selectFrom('catalogue_release').selectAll().execute();
  return rows.filter(({ product, version }) => wanted.has(`${product} ${version}`));
}

/** A draft that cannot be read any more is made anew before anybody confirms it. */
function hopsOf(draft: { readonly plan: string }): string[] {
  try {
    return storedPlan(draft).hops.map(({ to }) => to);
  } catch {
    return [];
  }
}

async function heldBy(
  others: ExternalRegistries,
  name: string,
  pins: readonly PinnedContent[],
): Promise<PinnedContent[]> {
  const absent = new Set(await new RemoteContent(await others.open(name)).absent(pins));
  return pins.filter((pin) => !absent.has(pin));
}

async function wasFoundIn(
  db: Db,
  registry: string,
  { product, version }: NonNullable<Needed['marker']>,
): Promise<boolean> {
  const row = await db
    .selectFrom('registry_content')
    .select('digest')
    .where('registry', '=', registry)
    .where('kind', '=', 'release')
    .where('name', '=', product)
    .where('version', '=', version)
    .executeTakeFirst();
  return row !== undefined;
}
