import { isSealiftError } from '@sealift/core/errors';
import { isContentDigest } from '@sealift/registry/content-digest';
import { changedName, type ContentChange, type ContentHost } from '@sealift/registry/routes';
import type { RegistryStorage } from '@sealift/registry/storage';
import { parseRelease } from '@sealift/core/release';
import { catalogRepository, imageReference, releaseTag } from '@sealift/oci/reference';
import { recordAudit } from '../audit/audit-log.ts';
import { imageBase, packBase } from '../catalogue/content-paths.ts';
import type { CatalogueReleaseRow } from '../store/tables/catalogue.ts';
import { neededReleases } from '../catalogue/needed-releases.ts';
import type { Db } from '../store/store.ts';
import { pinsOf } from './retention.ts';

/**
 * What the console has a say in at its registry: nothing goes that the platform needs, no tag by which it finds content comes to stand for other
 * content, and every change, and every refused one, is an audit entry.
 *
 * @param onChange told of each change once it is recorded, of a refused one too
 */
export function registryHost(db: Db, storage: RegistryStorage, onChange: (change: ContentChange) => void): ContentHost {
  return {
    refuseRemoval: (change) => neededBy(db, storage, change),
    refuseTag: (change) => pinnedBy(db, change),
    async record(change, { name, address }) {
      const { act, kind, digest, refused } = change;
      const details = { kind, digest, ...(refused === undefined ? {} : { refused }) };
      const action = `registry.${act}${refused === undefined ? '' : '-refused'}`;
      const deed = { action, subject: changedName(change), details };
      await db.transaction().execute((trx) => recordAudit(trx, { name, address }, deed));
      onChange(change);
    },
  };
}

/**
 * Which needed release has other content under a tag: of an image, which nodes pull by it, or of a release's marker. Packs and node images are
 * found by their digests, so that a pack that was built again under its version may come before the upgrade that brings it.
 */
async function pinnedBy(db: Db, { repository, reference, digest }: ContentChange): Promise<string | undefined> {
  const pins = (await neededReleases(db)).flatMap((row) =>
    tagsOf(row)
      .filter((pin) => pin.repository === repository && pin.tag === reference)
      .map((pin) => ({ ...pin, release: `${row.product} ${row.version}` })),
  );
  const [pin] = pins;
  if (pin === undefined || pins.some((one) => one.digest === digest)) return undefined;
  return `${pin.release} has ${pin.digest} under it, and the platform runs that release or an upgrade is about it`;
}

function tagsOf(row: CatalogueReleaseRow): { repository: string; tag: string; digest: string }[] {
  const { product, version, digest } = row;
  const { images } = parseRelease(row.release, `the catalogue's ${product} ${version}`).spec;
  const marker = { repository: catalogRepository(packBase), tag: releaseTag(product, version), digest };
  return [marker, ...images.map((image) => ({ ...imageReference(imageBase, image.name), digest: image.digest }))];
}

/** Goes down from what needed releases pin in the repository, and says which of them needs the content. */
async function neededBy(
  db: Db,
  { manifests }: RegistryStorage,
  { repository, digest }: ContentChange,
): Promise<string | undefined> {
  for (const row of await neededReleases(db)) {
    const pinned = pinsOf(row).filter((pin) => pin.repository === repository);
    const from = pinned.map((pin) => pin.digest);
    try {
      if (!(await leadsTo(manifests, repository, from, digest))) continue;
      return `${row.product} ${row.version} needs it, which the platform runs or an upgrade is about`;
    } catch (error) {
      if (!isSealiftError(error, 'STORAGE_DAMAGED')) throw error;
      return `${row.product} ${row.version} may need it: a manifest of that release is damaged here; push the release again`;
    }
  }
  return undefined;
}

/** Whether content is one of these, or stands below one: manifests of an index, blobs of a manifest. @throws STORAGE_DAMAGED */
async function leadsTo(
  manifests: RegistryStorage['manifests'],
  repository: string,
  from: readonly string[],
  wanted: string | undefined,
): Promise<boolean> {
  const open = [...from];
  const seen = new Set<string>();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === wanted) return true;
    if (seen.has(next) || !isContentDigest(next)) continue;
    seen.add(next);
    const parts = await manifests.parts(repository, next);
    if (parts?.blobs.some((blob) => blob.digest === wanted) === true) return true;
    open.push(...(parts?.manifests ?? []).map((part) => part.digest));
  }
  return false;
}
