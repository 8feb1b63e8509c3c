import type { MarkerSource } from '@sealift/bundle/marker-source';
import type { PublicKey } from '@sealift/bundle/minisign';
import { readReleaseMarker } from '@sealift/bundle/release-marker';
import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import type { Release } from '@sealift/core/release';
import { type Digest, digestOf, parseDigest } from '@sealift/oci/digest';
import type { Db } from '../store/store.ts';
import type { CatalogueReleaseRow } from '../store/tables/catalogue.ts';
import { aboutKeysOfConsole, everTrustedKeys, trustedKeys } from './trusted-keys.ts';

/** A release of the catalogue whose signature was verified just now. */
export interface StoredRelease {
  readonly release: Release;
  readonly digest: Digest;
  readonly keyId: string;
}

/** The three texts of a marker as the catalogue keeps them. */
export type MarkerTexts = Pick<CatalogueReleaseRow, 'manifest' | 'release' | 'signature'>;

/** Every release whose signature holds against the keys trusted now. A row that someone changed, or whose key is gone, is left out. */
export async function storedReleases(db: Db): Promise<StoredRelease[]> {
  return await verifiedOf(await rowsOf(db), await trustedKeys(db));
}

/** The same, and the one that is installed as `installedRelease` gives it; undefined where it would refuse it. Every row is read once. */
export async function releasesWithInstalled(
  db: Db,
  { product, version }: { readonly product: string; readonly version: string },
): Promise<{ readonly stored: StoredRelease[]; readonly installed: StoredRelease | undefined }> {
  const rows = await rowsOf(db);
  const row = rows.find((one) => one.product === product && one.version === version);
  const [known] = row === undefined ? [] : await verifiedOf([row], await everTrustedKeys(db));
  return { stored: await verifiedOf(rows, await trustedKeys(db)), installed: known };
}

async function rowsOf(db: Db): Promise<CatalogueReleaseRow[]> {
  return await db.selectFrom('catalogue_release').selectAll().orderBy('version').execute();
}

async function verifiedOf(rows: readonly CatalogueReleaseRow[], keys: readonly PublicKey[]): Promise<StoredRelease[]> {
  const verified = await Promise.all(rows.map((row) => verifyRow(row, keys).catch(() => null)));
  return verified.filter((one) => one !== null);
}

/**
 * One release by version, verified again from the bytes as signed.
 *
 * @throws RELEASE_UNKNOWN, RELEASE_ROW_TAMPERED, SIGNATURE_KEY_UNTRUSTED
 */
export async function storedRelease(db: Db, version: string, product?: string): Promise<StoredRelease> {
  return verifyRow(await rowOf(db, version, product), await trustedKeys(db));
}

/**
 * The release that is installed, verified again; the key that signed it may have been revoked since.
 *
 * @throws RELEASE_UNKNOWN, RELEASE_ROW_TAMPERED, SIGNATURE_KEY_UNTRUSTED
 */
export async function installedRelease(db: Db, version: string, product: string): Promise<StoredRelease> {
  return verifyRow(await rowOf(db, version, product), await everTrustedKeys(db));
}

async function rowOf(db: Db, version: string, product?: string): Promise<CatalogueReleaseRow> {
  let query = db.selectFrom('catalogue_release').selectAll().where('version', '=', version);
  if (product !== undefined) query = query.where('product', '=', product);
  const [row, ...others] = await query.execute();
  if (row === undefined) throw new SealiftError('RELEASE_UNKNOWN', { values: { version } });
  if (others.length > 0) {
    const reason = `releases ${version} of several products are in the catalogue`;
    throw new SealiftError('INPUT_INVALID', { place: 'version', values: { what: 'the version', reason } });
  }
  return row;
}

/** The digests that tell the texts apart when a marker is read from the catalogue instead of a registry. */
export function markersInTexts(texts: MarkerTexts): MarkerSource {
  const byDigest = new Map(
    [texts.manifest, texts.release, texts.signature].map((text) => [digestOf(text), Buffer.from(text)]),
  );
  const bytesOf = (digest: Digest): Promise<Buffer> => {
    const bytes = byDigest.get(digest);
    if (bytes === undefined) return Promise.reject(new SealiftError('CONTENT_MISSING', { values: { digest } }));
    return Promise.resolve(bytes);
  };
  return { manifest: bytesOf, blob: async (digest) => toChunks(await bytesOf(digest)) };
}

async function* toChunks(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

/** Releases by everything that verifying them depends on: the row as it is, and the keys. The same gives the same; only the latest are kept. */
const verifiedBefore = new Map<string, StoredRelease>();
const keptAtMost = 300;

async function verifyRow(row: CatalogueReleaseRow, keys: readonly PublicKey[]): Promise<StoredRelease> {
  const { product, version, digest, manifest, release, signature } = row;
  const trusted = keys.map(({ encoded }) => encoded);
  const all = digestOf(JSON.stringify([product, version, digest, manifest, release, signature, trusted]));
  const before = verifiedBefore.get(all);
  if (before !== undefined) return before;
  const verified = await verifyAnew(row, keys);
  const [oldest] = verifiedBefore.keys();
  if (verifiedBefore.size >= keptAtMost && oldest !== undefined) verifiedBefore.delete(oldest);
  verifiedBefore.set(all, verified);
  return verified;
}

async function verifyAnew(row: CatalogueReleaseRow, keys: readonly PublicKey[]): Promise<StoredRelease> {
  const digest = parseDigest(digestOf(row.manifest));
  const verified = await readReleaseMarker(markersInTexts(row), digest, keys).catch((error: unknown) => {
    if (isSealiftError(error, 'SIGNATURE_KEY_UNTRUSTED')) throw aboutKeysOfConsole(error);
    throw tampered(row, reasonOf(error));
  });
  const { product, version } = verified.release.metadata;
  if (digest !== row.digest) throw tampered(row, 'its digest is another');
  if (product !== row.product || version !== row.version) throw tampered(row, `it is ${product} ${version}`);
  return { release: verified.release, digest: verified.digest, keyId: verified.keyId };
}

function tampered(row: CatalogueReleaseRow, reason: string): SealiftError {
  return new SealiftError('RELEASE_ROW_TAMPERED', { values: { version: row.version, reason } });
}
