import { canonicalJson } from '@sealift/core/canonical-json';
import { type Descriptor, mediaTypes } from '../descriptor.ts';
import type { LayoutWriter } from '../layout.ts';
import { baseFor, baseUnfit, type BaseImage, type ImageBase, type ImageConfig } from './base-image.ts';
import { addFileLayer, type FileLayer, type LayerFile } from './file-layer.ts';
import { namesIn } from './layer-names.ts';

/** What is added to one platform of an image. */
export interface DerivedPlatform {
  /** As Go names processors: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly files: readonly LayerFile[];
  /** Names of files that the base has to have, wherever they lie in it: the libraries of the programs that are added. */
  readonly needs: readonly string[];
}

/** How a container of the image is started (OCI image-spec, config.md, `config`). */
export interface ImageStart {
  readonly entrypoint: readonly string[];
  /** Such as `65532:65532`. */
  readonly user: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An image that is made on another. */
export interface DerivedImage {
  readonly base: ImageBase;
  readonly platforms: readonly DerivedPlatform[];
  readonly start: ImageStart;
  /** What makes it, for its history. */
  readonly madeBy: string;
}

/**
 * Adds to a layout an image that is another with some files more: its manifest, or an index where there are several platforms.
 *
 * @param layout of `folder`
 * @throws IMAGE_BASE_UNFIT, MANIFEST_INVALID, CONTENT_…, REGISTRY_…, FILE_UNREADABLE, FILE_UNWRITABLE, CANCELLED
 */
export async function addDerivedImage(
  layout: LayoutWriter,
  folder: string,
  image: DerivedImage,
  cancel: AbortSignal,
): Promise<Descriptor> {
  const manifests: Descriptor[] = [];
  for (const platform of image.platforms) {
    const { architecture } = platform;
    const base = await baseFor(image.base, architecture);
    await copyLayers(layout, image.base, base, cancel);
    await refuseWithout(folder, image.base, base, platform, cancel);
    const layer = await addFileLayer(layout, platform.files, cancel);
    const config = await layout.addBlob(Buffer.from(canonicalJson(configOf(base, layer, image))), {
      mediaType: mediaTypes.config,
    });
    const layers = [...base.layers.map(asOci), layer.descriptor];
    const manifest = await layout.addManifest({ schemaVersion: 2, config, layers });
    manifests.push({ ...manifest, platform: { architecture, os: 'linux' } });
  }
  const [only] = manifests;
  if (only !== undefined && manifests.length === 1) return only;
  return await layout.addManifest({ schemaVersion: 2, manifests });
}

async function copyLayers(
  layout: LayoutWriter,
  { source }: ImageBase,
  { layers }: BaseImage,
  cancel: AbortSignal,
): Promise<void> {
  for (const { digest, size, mediaType } of layers) {
    cancel.throwIfAborted();
    await layout.addBlob(await source.blobs.open(digest), { mediaType, digest, size });
  }
}

/** A program without its libraries would be found out only where it is started. */
async function refuseWithout(
  folder: string,
  { name }: ImageBase,
  { layers }: BaseImage,
  { needs, architecture }: DerivedPlatform,
  cancel: AbortSignal,
): Promise<void> {
  const missing = new Set(needs);
  for (const layer of layers) {
    if (missing.size === 0) return;
    for (const found of await namesIn(folder, layer, missing, name, cancel)) missing.delete(found);
  }
  if (missing.size > 0) throw baseUnfit(name, `for linux/${architecture} it lacks ${[...missing].join(', ')}`);
}

/** Layers of Docker are the same tars under older names (OCI image-spec, media-types.md, "Compatibility Matrix"). */
function asOci(layer: Descriptor): Descriptor {
  const mediaType = layer.mediaType
    .replace('application/vnd.docker.image.rootfs.diff.tar', mediaTypes.layerTar)
    .replace(/\.(gzip|zstd)$/, '+$1');
  return { mediaType, digest: layer.digest, size: layer.size };
}

function configOf({ config: base }: BaseImage, { diffId }: FileLayer, { start, madeBy }: DerivedImage): ImageConfig {
  const { Labels: labels, ...kept } = base.config ?? {};
  const { Cmd: _command, Healthcheck: _check, ExposedPorts: _ports, Volumes: _volumes, ...environment } = kept;
  return {
    ...base,
    config: {
      ...environment,
      Entrypoint: [...start.entrypoint],
      User: start.user,
      WorkingDir: '/',
      Labels: { ...labels, ...start.labels },
    },
    rootfs: { ...base.rootfs, diff_ids: [...base.rootfs.diff_ids, diffId] },
    history: [...(base.history ?? []), { created_by: madeBy }],
  };
}
