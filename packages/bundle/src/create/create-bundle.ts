import { dirname, resolve } from 'node:path';
import { parseReleaseFile, type Release, type ReleasedTool, type ReleaseFile } from '@sealift/core/release';
import { readNamedFile } from '@sealift/io/read-file';
import type { Descriptor } from '@sealift/oci/descriptor';
import { ImageSources } from '@sealift/oci/image-source';
import { catalogRepository, nodeImageReference, releaseTag } from '@sealift/oci/reference';
import type { Retry } from '@sealift/io/retry';
import { artifactTypes, layerTypes } from '../artifact/artifact-types.ts';
import type { DifferentialBase } from '../differential/base.ts';
import { planDifferential } from '../differential/plan-differential.ts';
import type { Differential } from '../differential/section.ts';
import type { SecretKey } from '../minisign/keys.ts';
import { makeReleaseFiles } from '../release-marker/release-marker.ts';
import { addArtifact } from './artifact.ts';
import { collectAttachments, type CollectedReferrer } from './attachments.ts';
import { makeIndex, type NamedEntry, packEntry } from './bundle-index.ts';
import { CollectProgress } from './collect-progress.ts';
import { checkImages, checkPacks, type Unchecked } from './completeness.ts';
import { ContentSet } from './content-set.ts';
import { type CollectedImage, collectImages, withAttached } from './images.ts';
import { type CollectedNodeImage, type CollectedNodeImages, collectNodeImages, ovaFiles } from './node-image.ts';
import type { CollectedPack } from './collected-pack.ts';
import { collectPacks } from './packs.ts';
import { addPrograms, type BundleExecutable } from './programs.ts';
import { type WrittenBundle, writeBundle } from './write-bundle.ts';
import { findUncompressed, type UncompressedImage } from './uncompressed.ts';

export type { BundleExecutable } from './programs.ts';

export interface CreateBundleOptions {
  /** Path of the `release.yaml`; its own paths are relative to its folder. */
  readonly releaseFile: string;
  readonly output: string;
  readonly secretKey: SecretKey;
  readonly executables: readonly BundleExecutable[];
  /** Looks whether an OVA is one that vCenter can take, and throws what it finds. What an OVF package is, this package does not know. */
  readonly checkOva?: (path: string) => Promise<void>;
  /** Write parts of this size, in bytes, instead of one file. */
  readonly splitBytes?: number;
  /** Collect and check everything, write nothing. */
  readonly dryRun?: boolean;
  /** Makes a differential bundle: what the base has is left out. */
  readonly base?: DifferentialBase;
  /** Proxy, CA and `DOCKER_CONFIG` for images out of registries; the process's own when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (phase: 'collect' | 'compare' | 'write', doneBytes: number, totalBytes: number) => void;
  readonly cancel?: AbortSignal;
  /** Told of what a registry is about to be asked again. */
  readonly onRetry?: (retry: Retry) => void;
}

/** What a bundle holds, or with a dry run would hold. */
export interface CreatedBundle {
  readonly release: Release;
  /** Of the release marker's manifest. */
  readonly marker: Descriptor;
  readonly packs: readonly CollectedPack[];
  readonly images: readonly CollectedImage[];
  /** What refers to images and packs. The signed bundle covers it; the release does not pin it. */
  readonly referrers: readonly CollectedReferrer[];
  /** What the check for completeness could not know. */
  readonly unchecked: Unchecked;
  /** What would be much smaller. */
  readonly uncompressed: readonly UncompressedImage[];
  /** What a differential bundle leaves out. */
  readonly differential?: Differential;
  /** Absent after a dry run. */
  readonly bundle?: WrittenBundle;
}

const maxReleaseFileBytes = 4 * 1024 * 1024;

/**
 * Makes a release bundle: one signed file with the release, its packs, images, node image and the executable. The same
 * input gives the same bytes, on any machine.
 *
 * @throws RELEASE_*, PACK_*, BUNDLE_*, NODE_IMAGE_*, LAYOUT_INVALID, IMAGE_ARCHIVE_INVALID, MANIFEST_INVALID, REGISTRY_*, CONTENT_*,
 *   FILE_*, CANCELLED
 */
export async function createBundle(options: CreateBundleOptions): Promise<CreatedBundle> {
  const file = await readReleaseFile(options.releaseFile);
  const folder = dirname(resolve(options.releaseFile));
  const content = new ContentSet();
  const { cancel, onRetry, env = process.env } = options;
  await using sources = new ImageSources({ folder, env, cancel, onRetry });
  const progress = new CollectProgress(file.spec.content.images.length, (done, total) =>
    options.onProgress?.('collect', done, total),
  );
  const { packs, subjects: packSubjects } = await collectPacks(content, file.spec.content.packs, sources, folder);
  checkPacks(file, packs);
  const named = await collectImages(content, file.spec.content.images, sources, () => progress.sourceDone());
  const attached = await collectAttachments(content, [...packSubjects, ...named.subjects], sources);
  const images = withAttached(named.images, attached.images);
  const { referrers } = attached;
  const { elsewhere } = file.spec.content;
  const unchecked = checkImages({ packs, images, elsewhere });
  for (const path of ovaFiles(file, folder)) await options.checkOva?.(path);
  const uncompressed = await findUncompressed(content, images);
  const nodeImages = await collectNodeImages(content, file, folder, (done, total) => progress.fileAt(done, total));
  const programs = await addPrograms(content, options.executables, file.spec.content.tools, folder);
  const release = pin(file, packs, images, nodeImages, programs.tools);
  const marker = addMarker(content, release, options.secretKey);
  const differential = await compareWithBase(content, release, options);
  const created = {
    release,
    marker,
    packs,
    images,
    referrers,
    unchecked,
    uncompressed,
    ...(differential === undefined ? {} : { differential }),
  };
  if (options.dryRun === true) return created;
  const { product, version } = file.metadata;
  const index = makeIndex([
    { name: `${catalogRepository('')}:${releaseTag(product, version)}`, descriptor: marker },
    ...packs.map(packEntry),
    ...images.map(({ name, descriptor }) => ({ name, descriptor })),
    ...referrers.map(({ name, descriptor }) => ({ name, descriptor })),
    ...[...nodeImages.between, nodeImages.last].flatMap((one) => (one === undefined ? [] : [nodeImageEntry(one)])),
    ...programs.entries,
  ]);
  const bundle = await writeBundle({
    kind: 'release',
    product,
    version,
    title: `Airgap Setup - Version ${version}`,
    index,
    content,
    executables: programs.executables,
    differential,
    secretKey: options.secretKey,
    output: resolve(options.output),
    splitBytes: options.splitBytes,
    onProgress: (done, total) => options.onProgress?.('write', done, total),
    ...(options.cancel === undefined ? {} : { cancel: options.cancel }),
  });
  return { ...created, bundle };
}

async function compareWithBase(
  content: ContentSet,
  release: Release,
  { base, onProgress, cancel }: CreateBundleOptions,
): Promise<Differential | undefined> {
  if (base === undefined) return undefined;
  return await planDifferential(content, release, base, {
    onProgress: (done, total) => onProgress?.('compare', done, total),
    cancel,
  });
}

/**
 * Reads a release file.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_TOO_LARGE, RELEASE_INVALID
 */
export async function readReleaseFile(path: string): Promise<ReleaseFile> {
  const bytes = await readNamedFile(path, maxReleaseFileBytes);
  return parseReleaseFile(bytes.toString('utf8'), path);
}

/** The released artifact: the release file without its `content`, everything pinned by digest. */
function pin(
  file: ReleaseFile,
  packs: readonly CollectedPack[],
  images: readonly CollectedImage[],
  { last, between }: CollectedNodeImages,
  tools: readonly ReleasedTool[],
): Release {
  const {
    content,
    layers,
    clusterApi,
    releaseSteps,
    nodeImage: _last,
    intermediateNodeImages: _between,
    ...rest
  } = file.spec;
  const digests = new Map(packs.map((pack) => [`${pack.name} ${pack.version}`, pack.descriptor.digest]));
  const pinned = <Named extends { readonly pack: string; readonly version: string }>(named: Named) => {
    const digest = digests.get(`${named.pack} ${named.version}`);
    if (digest === undefined) throw new TypeError(`pack ${named.pack} was not checked`);
    return { ...named, digest };
  };
  return {
    apiVersion: file.apiVersion,
    kind: file.kind,
    metadata: file.metadata,
    spec: {
      ...rest,
      // A console that knows no such steps reads a release that has none.
      ...(releaseSteps.length === 0 ? {} : { releaseSteps }),
      ...(clusterApi === undefined ? {} : { clusterApi: { ...clusterApi, components: pinned(clusterApi.components) } }),
      layers: layers.map((layer) => pinned(layer)),
      packs: packs.map(({ name, version, layer, descriptor, sizeBytes }) => ({
        name,
        version,
        layer,
        digest: descriptor.digest,
        sizeBytes,
      })),
      images: images.map(({ name, descriptor, sizeBytes }) => ({ name, digest: descriptor.digest, sizeBytes })),
      ...(last === undefined ? {} : { nodeImage: last.released }),
      ...(between.length === 0 ? {} : { intermediateNodeImages: between.map(({ released }) => released) }),
      ...(content.elsewhere.length === 0 ? {} : { elsewhere: content.elsewhere }),
      ...(tools.length === 0 ? {} : { tools: [...tools] }),
    },
  };
}

function addMarker(content: ContentSet, release: Release, secretKey: SecretKey): Descriptor {
  const { json, signature } = makeReleaseFiles(release, secretKey);
  return addArtifact(content, artifactTypes.release, [
    { descriptor: content.addBytes(json, 'metadata', layerTypes.releaseJson), title: 'release.json' },
    { descriptor: content.addBytes(signature, 'metadata', layerTypes.signature), title: 'release.json.minisig' },
  ]);
}

function nodeImageEntry({ released, descriptor }: CollectedNodeImage): NamedEntry {
  const { repository, tag } = nodeImageReference('', released.ova);
  return { name: `${repository}:${tag}`, descriptor };
}
