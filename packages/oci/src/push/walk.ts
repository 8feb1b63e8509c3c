import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import { type Descriptor, indexSchema, manifestSchema, mediaTypes } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import { manifestLimitBytes } from '../registry-client/client.ts';
import { readBounded } from '../verify-stream.ts';

const depthLimit = 5;
const manifestCountLimit = 100_000;

/** Where manifests can be read from: any `ContentSource`. Each is checked by digest while it streams. */
export interface ManifestSource {
  open(digest: Digest): Promise<AsyncIterable<Uint8Array>>;
}

/** A manifest in memory, checked. */
export interface WalkedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** Everything below one manifest. */
export interface Tree {
  readonly root: WalkedManifest;
  /** Manifests below the root, those named by others first. */
  readonly children: readonly WalkedManifest[];
  readonly blobs: readonly Descriptor[];
}

/**
 * Reads a manifest and all manifests below it.
 *
 * @throws CONTENT_MISSING, CONTENT_DIGEST_MISMATCH, INPUT_TOO_LARGE, MANIFEST_INVALID
 */
export async function walk(source: ManifestSource, digest: Digest, mediaType?: string): Promise<Tree> {
  const children = new Map<Digest, WalkedManifest>();
  const blobs = new Map<Digest, Descriptor>();
  const visit = async (at: Digest, announced: string | undefined, depth: number): Promise<WalkedManifest> => {
    if (depth > depthLimit) throw invalid(at, `more than ${depthLimit} indexes inside one another`);
    const bytes = await readBounded(await source.open(at), manifestLimitBytes, `manifest ${at}`);
    const content = parse(at, bytes);
    for (const child of content.manifests) {
      if (children.has(child.digest)) continue;
      if (children.size >= manifestCountLimit) throw invalid(digest, 'too many manifests');
      const found = await visit(child.digest, child.mediaType, depth + 1);
      if (found.bytes.byteLength !== child.size) {
        throw invalid(
          child.digest,
          `it is ${found.bytes.byteLength} bytes long, and its descriptor says ${child.size}`,
        );
      }
      children.set(child.digest, found);
    }
    for (const blob of content.blobs) blobs.set(blob.digest, blob);
    return { digest: at, mediaType: announced ?? content.mediaType, bytes };
  };
  const root = await visit(digest, mediaType, 0);
  return { root, children: [...children.values()], blobs: [...blobs.values()] };
}

function parse(
  digest: Digest,
  bytes: Buffer,
): { mediaType: string; manifests: readonly Descriptor[]; blobs: readonly Descriptor[] } {
  try {
    const json: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof json === 'object' && json !== null && 'manifests' in json) {
      const index = indexSchema.parse(json);
      return { mediaType: index.mediaType ?? mediaTypes.index, manifests: index.manifests, blobs: [] };
    }
    const manifest = manifestSchema.parse(json);
    const mediaType = manifest.mediaType ?? mediaTypes.manifest;
    return { mediaType, manifests: [], blobs: [manifest.config, ...manifest.layers.filter(isDistributable)] };
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    throw invalid(digest, issue === undefined ? 'not JSON' : `${issue.path.join('.')}: ${issue.message}`);
  }
}

/** Layers that may only be fetched from their publisher are not pushed (OCI image-spec, layer.md#non-distributable-layers). */
function isDistributable(layer: Descriptor): boolean {
  return !layer.mediaType.includes('nondistributable') && !layer.mediaType.includes('.foreign.');
}

function invalid(digest: Digest, reason: string): SealiftError {
  return new SealiftError('MANIFEST_INVALID', { values: { digest, reason } });
}
