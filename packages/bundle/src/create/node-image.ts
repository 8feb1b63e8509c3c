import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import type { ReleasedNodeImage, ReleaseFile } from '@sealift/core/release';
import type { Descriptor } from '@sealift/oci/descriptor';
import { artifactTypes, layerTypes } from '../artifact/artifact-types.ts';
import { addArtifact } from './artifact.ts';
import type { ContentSet } from './content-set.ts';

/** An OVA that the bundle will hold, as an artifact of one layer. */
export interface CollectedNodeImage {
  readonly descriptor: Descriptor;
  readonly released: ReleasedNodeImage;
}

/** The node images of a release: its own, and those of the minors between. */
export interface CollectedNodeImages {
  readonly last: CollectedNodeImage | undefined;
  readonly between: readonly CollectedNodeImage[];
}

type NamedOva = NonNullable<ReleaseFile['spec']['nodeImage']>;

/** Paths of the OVAs of a release, as far as it names files for them. */
export function ovaFiles({ spec: { nodeImage, content } }: ReleaseFile, folder: string): readonly string[] {
  const own = nodeImage === undefined || content.nodeImage === undefined ? [] : [content.nodeImage];
  return [...own, ...content.intermediateNodeImages].map((path) => resolve(folder, path));
}

/**
 * Adds the release's node images. Without one in the release, the node image is unchanged and nothing is added.
 *
 * @throws NODE_IMAGE_MISSING, NODE_IMAGE_OTHER_NAME, NODE_IMAGE_MISMATCH, FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function collectNodeImages(
  content: ContentSet,
  { spec }: ReleaseFile,
  folder: string,
  onProgress: (doneBytes: number, totalBytes: number) => void,
): Promise<CollectedNodeImages> {
  const { nodeImage, intermediateNodeImages = [], content: where } = spec;
  const add = (image: NamedOva, path: string | undefined) =>
    addNodeImage(content, image, path === undefined ? undefined : resolve(folder, path), onProgress);
  const between: CollectedNodeImage[] = [];
  for (const image of intermediateNodeImages) {
    between.push(
      await add(
        image,
        where.intermediateNodeImages.find((path) => basename(path) === image.ova),
      ),
    );
  }
  return { last: nodeImage === undefined ? undefined : await add(nodeImage, where.nodeImage), between };
}

async function addNodeImage(
  content: ContentSet,
  image: NamedOva,
  path: string | undefined,
  onProgress: (doneBytes: number, totalBytes: number) => void,
): Promise<CollectedNodeImage> {
  if (path === undefined) throw new SealiftError('NODE_IMAGE_MISSING', { values: { ova: image.ova } });
  // The name becomes that of the template in vCenter, and people know an image by it.
  if (basename(path) !== image.ova) {
    throw new SealiftError('NODE_IMAGE_OTHER_NAME', { values: { path, ova: image.ova }, place: path });
  }
  const totalBytes = (await stat(path).catch(() => undefined))?.size ?? 0;
  let doneBytes = 0;
  const blob = await content.addFile(path, 'content', layerTypes.ova, (count) => {
    doneBytes += count;
    onProgress(doneBytes, totalBytes);
  });
  const sha256 = blob.digest.slice('sha256:'.length);
  if (image.sha256 !== undefined && image.sha256 !== sha256) {
    const values = { path, found: sha256, expected: image.sha256 };
    throw new SealiftError('NODE_IMAGE_MISMATCH', { values, place: path });
  }
  const descriptor = addArtifact(content, artifactTypes.nodeImage, [{ descriptor: blob, title: image.ova }]);
  return { descriptor, released: { ...image, sha256, digest: descriptor.digest, sizeBytes: blob.size } };
}
