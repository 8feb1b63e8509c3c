import { type MarkerSource, markersInRegistry } from '@sealift/bundle/marker-source';
import { readReleaseMarker } from '@sealift/bundle/release-marker';
import type { PublicKey } from '@sealift/bundle/minisign';
import { SealiftError } from '@sealift/core/errors';
import type { Release } from '@sealift/core/release';
import type { Digest } from '@sealift/oci/digest';
import { releaseTag } from '@sealift/oci/reference';
import type { RegistryClient } from '@sealift/oci/registry-client';
import type { Db } from '../store/store.ts';
import { describeMissing, missingContent } from './completeness.ts';
import { fetchPack } from './pack-content.ts';
import type { MarkerTexts } from './stored-release.ts';

/** What reading a release out of a registry needs. */
export interface ReleaseSource {
  readonly client: RegistryClient;
  /** Path of the packs below the registry. */
  readonly base: string;
  readonly catalogRepository: string;
  readonly trustedKeys: readonly PublicKey[];
}

/**
 * Takes the release behind a tag into the catalogue: signature first, then that everything it pins is there, then its packs.
 * All or nothing, and the same again changes nothing.
 *
 * @returns the release, and whether the catalogue did not have it
 * @throws RELEASE_MARKER_INVALID, SIGNATURE_*, RELEASE_INCOMPLETE, RELEASE_CHANGED, PACK_INVALID, …
 */
export async function takeRelease(
  db: Db,
  source: ReleaseSource,
  tag: string,
): Promise<{ release: Release; isNew: boolean }> {
  const { client, base, catalogRepository } = source;
  const found = await client.headManifest(catalogRepository, tag);
  if (found === undefined) throw new SealiftError('REGISTRY_NOT_FOUND', { values: { what: `tag ${tag}` } });
  const { markers, texts } = recording(markersInRegistry(client, catalogRepository));
  const { release, digest, keyId } = await readReleaseMarker(markers, found.digest, source.trustedKeys);
  const { product, version } = release.metadata;
  if (releaseTag(product, version) !== tag) {
    const reason = `the tag ${tag} does not belong to ${product} ${version}`;
    throw new SealiftError('RELEASE_MARKER_INVALID', { place: tag, values: { what: digest, reason } });
  }
  const known = await db
    .selectFrom('catalogue_release')
    .select('digest')
    .where('product', '=', product)
    .where('version', '=', version)
    .executeTakeFirst();
  if (known !== undefined && known.digest !== digest)
    throw new SealiftError('RELEASE_CHANGED', { values: { version } });
  const missing = await missingContent(client, base, release);
  if (missing.length > 0) {
    throw new SealiftError('RELEASE_INCOMPLETE', {
      place: tag,
      values: { version, missing: describeMissing(missing) },
    });
  }
  await takePacks(db, source, release.spec.packs);
  const row = { product, version, digest, ...texts(), key_id: keyId, synced_at: new Date() };
  await db
    .insertInto('catalogue_release')
    .values(row)
    .onConflict((conflict) => conflict.columns(['product', 'version']).doUpdateSet(row))
    .execute();
  return { release, isNew: known === undefined };
}

/** Reads packs out of the registry that the catalogue does not have under these digests. */
export async function takePacks(
  db: Db,
  { client, base }: ReleaseSource,
  packs: Release['spec']['packs'],
): Promise<void> {
  const known = await db.selectFrom('catalogue_pack').select('digest').execute();
  const digests = new Set(known.map((row) => row.digest));
  for (const pinned of packs) {
    if (digests.has(pinned.digest)) continue;
    const { content, archiveDigest } = await fetchPack(client, base, pinned);
    await db
      .insertInto('catalogue_pack')
      .values({
        digest: pinned.digest,
        name: pinned.name,
        version: pinned.version,
        layer: content.pack.layer,
        display_name: content.pack.displayName,
        archive_digest: archiveDigest,
        pack_json: JSON.stringify(content.pack),
        values_yaml: content.valuesYaml,
        schema: content.schemaJson ?? content.schemaYaml ?? null,
        presets: content.presetsYaml ?? null,
      })
      .onConflict((conflict) => conflict.column('digest').doNothing())
      .execute();
  }
}

/** Keeps the bytes that were verified, so that exactly those are stored. */
export function recording(inner: MarkerSource): { markers: MarkerSource; texts: () => MarkerTexts } {
  let manifest = '';
  const blobs: string[] = [];
  async function* keep(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const kept: Uint8Array[] = [];
    for await (const chunk of chunks) {
      kept.push(chunk);
      yield chunk;
    }
    blobs.push(Buffer.concat(kept).toString('utf8'));
  }
  const markers: MarkerSource = {
    manifest: async (digest: Digest) => {
      const bytes = await inner.manifest(digest);
      manifest = Buffer.from(bytes).toString('utf8');
      return bytes;
    },
    blob: async (digest: Digest) => keep(await inner.blob(digest)),
  };
  return { markers, texts: () => ({ manifest, release: blobs[0] ?? '', signature: blobs[1] ?? '' }) };
}
