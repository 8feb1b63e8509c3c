import type { MarkerSource } from '@sealift/bundle/marker-source';
import type { PublicKey } from '@sealift/bundle/minisign';
import { readPackMarker } from '@sealift/bundle/pack-marker';
import { readReleaseMarker } from '@sealift/bundle/release-marker';
import { SealiftError } from '@sealift/core/errors';
import type { Digest } from '@sealift/oci/digest';
import { packTag, releaseTag } from '@sealift/oci/reference';
import type { PinnedPack } from './pack-content.ts';
import { type Pins, pinnedContent, type TaggedContent } from './pinned-content.ts';
import type { MarkerTexts } from './stored-release.ts';

/** A marker whose signature was verified, with what it pins. */
export interface Marker {
  readonly kind: 'release' | 'pack';
  /** The release's product, or the pack's name. */
  readonly name: string;
  readonly version: string;
  readonly digest: Digest;
  readonly keyId: string;
  readonly texts: MarkerTexts;
  readonly packs: readonly PinnedPack[];
  readonly pins: readonly TaggedContent[];
}

/** Which marker is read. */
export interface MarkerAsked {
  /** The path of packs in the names of what it pins. */
  readonly base: string;
  readonly tag: string;
  readonly digest: Digest;
  readonly keys: readonly PublicKey[];
}

/**
 * Reads a marker: signature first, then that it belongs to its tag. Keeps the bytes that were verified, so that exactly those are stored.
 *
 * @throws RELEASE_MARKER_INVALID, SIGNATURE_*, INPUT_TOO_LARGE, and what reading the source throws
 */
export async function readMarker(source: MarkerSource, { base, tag, digest, keys }: MarkerAsked): Promise<Marker> {
  const { markers, texts } = recording(source);
  const said = tag.startsWith('pack-')
    ? packSaid(await readPackMarker(markers, digest, keys))
    : releaseSaid(await readReleaseMarker(markers, digest, keys));
  const { kind, name, version, keyId, spec } = said;
  if ((kind === 'pack' ? packTag(name, version) : releaseTag(name, version)) !== tag) {
    const reason = `the tag ${tag} does not belong to ${kind === 'pack' ? `the pack ${name}` : name} ${version}`;
    throw new SealiftError('RELEASE_MARKER_INVALID', { place: tag, values: { what: said.digest, reason } });
  }
  const packs = spec.packs.map((pack) => ({ name: pack.name, version: pack.version, digest: pack.digest }));
  return {
    kind,
    name,
    version,
    digest: said.digest,
    keyId,
    texts: texts(),
    packs,
    pins: pinnedContent(base, { spec }),
  };
}

interface Said extends Pick<Marker, 'kind' | 'name' | 'version' | 'digest' | 'keyId'>, Pins {}

function packSaid({ packRelease, digest, keyId }: Awaited<ReturnType<typeof readPackMarker>>): Said {
  const { pack, images } = packRelease;
  return { kind: 'pack', name: pack.name, version: pack.version, digest, keyId, spec: { packs: [pack], images } };
}

function releaseSaid({ release, digest, keyId }: Awaited<ReturnType<typeof readReleaseMarker>>): Said {
  const { product, version } = release.metadata;
  return { kind: 'release', name: product, version, digest, keyId, spec: release.spec };
}

/** The same source, and the texts of what was read from it; whoever reads them bounds and checks them. */
function recording(source: MarkerSource): { markers: MarkerSource; texts: () => MarkerTexts } {
  const manifest: Uint8Array[] = [];
  const blobs: Uint8Array[][] = [];
  const markers: MarkerSource = {
    manifest: async (digest) => {
      const bytes = await source.manifest(digest);
      manifest.push(bytes);
      return bytes;
    },
    blob: async (digest) => {
      const parts: Uint8Array[] = [];
      blobs.push(parts);
      return noted(await source.blob(digest), parts);
    },
  };
  const textOf = (parts: readonly Uint8Array[] = []): string => Buffer.concat(parts).toString('utf8');
  return {
    markers,
    texts: () => ({ manifest: textOf(manifest), release: textOf(blobs[0]), signature: textOf(blobs[1]) }),
  };
}

async function* noted(chunks: AsyncIterable<Uint8Array>, parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    parts.push(chunk);
    yield chunk;
  }
}
