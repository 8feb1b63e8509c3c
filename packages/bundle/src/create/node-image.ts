import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import type { Release, ReleaseFile } from '@sealift/core/release';
import type { Descriptor } from '@sealift/oci/descriptor';
import { artifactTypes, layerTypes } from '../artifact/artifact-types.ts';
import { addArtifact } from './artifact.ts';
import type { ContentSet } from './content-set.ts';

/** The OVA that the bundle will hold, as an artifact of one layer. */
export interface CollectedNodeImage {
  readonly descriptor: Descriptor;
  readonly released: NonNullable<Release['spec']['nodeImage']>;
}

/**
 * Adds the release's node image. Without one in the release, the node image is unchanged and nothing is added.
 *
 * @throws NODE_IMAGE_MISSING, NODE_IMAGE_OTHER_NAME, NODE_IMAGE_MISMATCH, FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function collectNodeImage(
  content: ContentSet,
  { spec }: ReleaseFile,
  folder: string,
  onProgress: (doneBytes: number, totalBytes: number) => void,
): Promise<CollectedNodeImage | undefined> {
  const { nodeImage } = spec;
  if (nodeImage === undefined) return undefined;
  if (spec.content.nodeImage === undefined) {
    throw new SealiftError('NODE_IMAGE_MISSING', { values: { ova: nodeImage.ova } });
  }
  const path = resolve(folder, spec.content.nodeImage);
  // The name becomes that of the template in vCenter, and people know an image by it.
  if (basename(path) !== nodeImage.ova) {
    throw new SealiftError('NODE_IMAGE_OTHER_NAME', { values: { path, ova: nodeImage.ova }, place: path });
  }
  const totalBytes = (await stat(path).catch(() => undefined))?.size ?? 0;
  let doneBytes = 0;
  const blob = await content.addFile(path, 'content', layerTypes.ova, (count) => {
    doneBytes += count;
    onProgress(doneBytes, totalBytes);
  });
  const sha256 = blob.digest.slice('sha256:'.length);
  if (nodeImage.sha256 !== undefined && nodeImage.sha256 !== sha256) {
    const values = { path, found: sha256, expected: nodeImage.sha256 };
    throw new SealiftError('NODE_IMAGE_MISMATCH', { values, place: path });
  }
  const descriptor = addArtifact(content, artifactTypes.nodeImage, [{ descriptor: blob, title: nodeImage.ova }]);
  return { descriptor, released: { ...nodeImage, sha256, digest: descriptor.digest, sizeBytes: blob.size } };
}
