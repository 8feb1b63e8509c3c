import { resolve } from 'node:path';
import { packBundleName, type PackRelease, type ReleaseFile } from '@sealift/core/release';
import type { Descriptor } from '@sealift/oci/descriptor';
import { ImageSources } from '@sealift/oci/image-source';
import { catalogRepository, packTag } from '@sealift/oci/reference';
import type { Retry } from '@sealift/io/retry';
import { artifactTypes, layerTypes } from '../artifact/artifact-types.ts';
import type { SecretKey } from '../minisign/keys.ts';
import { makePackReleaseFiles } from '../release-marker/pack-marker.ts';
import { addArtifact } from './artifact.ts';
import { collectAttachments, type CollectedReferrer } from './attachments.ts';
import { makeIndex, packEntry } from './bundle-index.ts';
import { CollectProgress } from './collect-progress.ts';
import type { CollectedPack } from './collected-pack.ts';
import { checkImages, type Unchecked } from './completeness.ts';
import { ContentSet } from './content-set.ts';
import { type CollectedImage, collectImages, withAttached } from './images.ts';
import { collectPack, packSubject } from './packs.ts';
import { addPrograms, type BundleExecutable } from './programs.ts';
import { collectRegistryPack, registryScheme } from './registry-pack.ts';
import { type WrittenBundle, writeBundle } from './write-bundle.ts';
import { findUncompressed, type UncompressedImage } from './uncompressed.ts';

export interface CreatePackBundleOptions {
  /** The pack's folder, or `docker://HOST/PATH:VERSION`. */
  readonly pack: string;
  /** Sources of its images, as `spec.content.images` of a release file names them. */
  readonly images: ReleaseFile['spec']['content']['images'];
  /** Images that every site has already, each by its name. */
  readonly elsewhere: readonly string[];
  /** Paths are relative to it. */
  readonly folder: string;
  /** Absent: `airgap-pack-<name>-<version>.bin` in that folder. */
  readonly output?: string;
  readonly secretKey: SecretKey;
  readonly executables: readonly BundleExecutable[];
  /** For a bundle without executables: the oldest sealift that has to be installed where it is run. */
  readonly sealift?: string;
  /** Writes parts of this size, in bytes, in place of one file. */
  readonly splitBytes?: number;
  /** Collect and check everything, write nothing. */
  readonly dryRun?: boolean;
  /** Proxy, CA and `DOCKER_CONFIG`; the process's own when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (phase: 'collect' | 'write', done: number, total: number) => void;
  readonly cancel?: AbortSignal;
  /** Told of what a registry is about to be asked again. */
  readonly onRetry?: (retry: Retry) => void;
}

/** What a pack bundle holds, or with a dry run would hold. */
export interface CreatedPackBundle {
  readonly packRelease: PackRelease;
  /** Of the pack marker's manifest. */
  readonly marker: Descriptor;
  readonly packs: readonly [CollectedPack];
  readonly images: readonly CollectedImage[];
  /** What refers to the pack and its images. The signed bundle covers it; the marker does not pin it. */
  readonly referrers: readonly CollectedReferrer[];
  readonly unchecked: Unchecked;
  /** What would be much smaller. */
  readonly uncompressed: readonly UncompressedImage[];
  /** Absent after a dry run. */
  readonly bundle?: WrittenBundle;
}

/**
 * Makes a pack bundle: one signed file with one pack, its images, and a marker that pins them. The same input gives the same bytes.
 *
 * @throws PACK_*, CHART_INVALID, RELEASE_IMAGE_MISSING, BUNDLE_*, LAYOUT_INVALID, IMAGE_ARCHIVE_INVALID, REGISTRY_*, CONTENT_*,
 *   FILE_*, CANCELLED
 */
export async function createPackBundle(options: CreatePackBundleOptions): Promise<CreatedPackBundle> {
  const { folder, secretKey, executables, elsewhere } = options;
  const content = new ContentSet();
  const { cancel, onRetry, env = process.env } = options;
  await using sources = new ImageSources({ folder, env, cancel, onRetry });
  const { pack, from } = options.pack.startsWith(registryScheme)
    ? await collectRegistryPack(content, options.pack, sources)
    : { pack: { ...(await collectPack(content, resolve(folder, options.pack))), source: options.pack } };
  const progress = new CollectProgress(options.images.length, (done, total) =>
    options.onProgress?.('collect', done, total),
  );
  const named = await collectImages(content, options.images, sources, () => progress.sourceDone());
  const attached = await collectAttachments(content, [packSubject(pack, from), ...named.subjects], sources);
  const images = withAttached(named.images, attached.images);
  const { referrers } = attached;
  const unchecked = checkImages({ packs: [pack], images, elsewhere });
  const uncompressed = await findUncompressed(content, images);
  const packRelease = pin(pack, images, options.sealift);
  const marker = addMarker(content, packRelease, secretKey);
  const created = { packRelease, marker, packs: [pack] as const, images, referrers, unchecked, uncompressed };
  if (options.dryRun === true) return created;
  const programs = await addPrograms(content, executables, [], folder);
  const { name, version } = pack;
  const bundle = await writeBundle({
    kind: 'pack',
    product: name,
    version,
    title: `Airgap Pack - ${name} Version ${version}`,
    index: makeIndex([
      { name: `${catalogRepository('')}:${packTag(name, version)}`, descriptor: marker },
      packEntry(pack),
      ...images.map(({ name: image, descriptor }) => ({ name: image, descriptor })),
      ...referrers.map(({ name: referrer, descriptor }) => ({ name: referrer, descriptor })),
      ...programs.entries,
    ]),
    content,
    executables: programs.executables,
    secretKey,
    output: resolve(folder, options.output ?? packBundleName(name, version)),
    onProgress: (done, total) => options.onProgress?.('write', done, total),
    ...(options.splitBytes === undefined ? {} : { splitBytes: options.splitBytes }),
    ...(options.cancel === undefined ? {} : { cancel: options.cancel }),
  });
  return { ...created, bundle };
}

function pin(
  { name, version, layer, descriptor, sizeBytes }: CollectedPack,
  images: readonly CollectedImage[],
  sealift: string | undefined,
): PackRelease {
  return {
    apiVersion: 'sealift.dev/v1',
    kind: 'PackRelease',
    pack: { name, version, layer, digest: descriptor.digest, sizeBytes },
    images: images.map((image) => ({
      name: image.name,
      digest: image.descriptor.digest,
      sizeBytes: image.sizeBytes,
    })),
    ...(sealift === undefined ? {} : { sealift }),
  };
}

function addMarker(content: ContentSet, packRelease: PackRelease, secretKey: SecretKey): Descriptor {
  const { json, signature } = makePackReleaseFiles(packRelease, secretKey);
  const jsonLayer = content.addBytes(json, 'metadata', layerTypes.packReleaseJson);
  const signatureLayer = content.addBytes(signature, 'metadata', layerTypes.signature);
  return addArtifact(content, artifactTypes.packRelease, [
    { descriptor: jsonLayer, title: 'pack-release.json' },
    { descriptor: signatureLayer, title: 'pack-release.json.minisig' },
  ]);
}
