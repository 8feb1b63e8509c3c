import { readReleaseMarker } from '@sealift/bundle/release-marker';
import type { MarkerSource } from '@sealift/bundle/marker-source';
import type { PublicKey } from '@sealift/bundle/minisign';
import type { GatewayUpdate } from '@sealift/core/api';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { executableFor, type GatewayExecutable, type GatewayPlatform, maxExecutableBytes } from '@sealift/core/gateway';
import { compareVersions } from '@sealift/core/version';
import { type Digest, digestOf, parseDigest } from '@sealift/oci/digest';
import type { Memory } from '../memory.ts';

/** What a gateway goes by when it is offered a release. */
export interface Trust {
  readonly platform: GatewayPlatform;
  /** What runs. */
  readonly version: string;
  readonly memory: Memory;
  /** Given by the administrator of this machine, never by the console. */
  readonly keys: readonly PublicKey[];
}

/** The three texts of a release marker. */
export interface MarkerTexts {
  readonly manifest: string;
  readonly release: string;
  readonly signature: string;
}

/**
 * Verifies what the console offers by the release itself, which has to be signed by a key that this machine trusts: it is of the same platform, newer
 * than all that ever ran here, and names this very executable. The console's word counts for nothing.
 *
 * @throws GATEWAY_UPDATE_REFUSED
 */
export async function verifyOffer(
  { release: offered, version, sha256 }: GatewayUpdate,
  texts: MarkerTexts,
  { platform, version: running, memory, keys }: Trust,
): Promise<GatewayExecutable & { readonly product: string }> {
  const refuse = (reason: string, cause?: unknown): SealiftError =>
    new SealiftError('GATEWAY_UPDATE_REFUSED', { values: { version, reason }, cause });
  const { metadata, spec } = await readReleaseMarker(inTexts(texts), parseDigest(offered), keys).then(
    ({ release }) => release,
    (error: unknown) => {
      throw refuse(reasonOf(error), error);
    },
  );
  const { product } = metadata;
  if (memory.product !== null && memory.product !== product) {
    throw refuse(`the release is of ${product}, and this gateway belongs to ${memory.product}`);
  }
  const executable = executableFor(spec, platform);
  if (executable === undefined) throw refuse(`${product} ${metadata.version} brings no gateway for ${platform}`);
  if (executable.version !== version || executable.sha256 !== sha256) {
    throw refuse(
      `${product} ${metadata.version} names ${executable.version} (${executable.sha256}), not what is offered`,
    );
  }
  const newest = [running, memory.newest?.version ?? running].reduce((a, b) => (compareVersions(a, b) > 0 ? a : b));
  if (compareVersions(version, newest) <= 0) throw refuse(`it is not newer than ${newest}, which has run here`);
  if (executable.sizeBytes > maxExecutableBytes) throw refuse(`it has ${executable.sizeBytes} bytes`);
  return { ...executable, product };
}

function inTexts({ manifest, release, signature }: MarkerTexts): MarkerSource {
  const byDigest = new Map([manifest, release, signature].map((text) => [digestOf(text), Buffer.from(text)]));
  const bytesOf = (digest: Digest): Buffer => {
    const bytes = byDigest.get(digest);
    if (bytes === undefined) throw new SealiftError('CONTENT_MISSING', { values: { digest } });
    return bytes;
  };
  return {
    manifest: (digest) => Promise.resolve().then(() => bytesOf(digest)),
    blob: (digest) => Promise.resolve().then(() => toChunks(bytesOf(digest))),
  };
}

async function* toChunks(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}
