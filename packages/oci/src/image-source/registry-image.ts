import type { Digest } from '../digest.ts';
import { formatReference, type Reference } from '../reference.ts';
import type { RegistryClient } from '../registry-client/client.ts';
import type { ImageSource } from './image-source.ts';
import { attachmentsIn } from './registry-attachments.ts';
import { steadyBlobs } from './steady-blobs.ts';

/**
 * One image in a registry, an index with everything below it. With a tag and a digest the digest decides, and the tag names it.
 *
 * @throws REGISTRY_*, INPUT_TOO_LARGE, CONTENT_DIGEST_MISMATCH
 */
export async function openRegistryImage(
  client: RegistryClient,
  reference: Reference,
): Promise<Omit<ImageSource, keyof AsyncDisposable>> {
  const { registry, repository, tag, digest } = reference;
  const root = await client.getManifest(repository, digest ?? tag ?? 'latest');
  const name = formatReference(tag === undefined ? reference : { registry, repository, tag });
  const manifests = {
    open: async (wanted: Digest): Promise<AsyncIterable<Uint8Array>> => {
      const { bytes } = wanted === root.digest ? root : await client.getManifest(repository, wanted);
      return chunksOf(bytes);
    },
  };
  const descriptor = { mediaType: root.mediaType, digest: root.digest, size: root.bytes.byteLength };
  return {
    images: [{ name, descriptor }],
    manifests,
    blobs: steadyBlobs(client, repository),
    remote: true,
    ...attachmentsIn(client, repository),
  };
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(bytes);
}
