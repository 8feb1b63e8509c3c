import { reasonOf, SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import { type Descriptor, indexSchema, type Manifest, manifestSchema } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { OpenSource } from '../image-source/image-sources.ts';
import { walk } from '../push/walk.ts';
import { readBounded } from '../verify-stream.ts';

const configLimitBytes = 4 * 1024 * 1024;

/** What is kept of an image's configuration (OCI image-spec, config.md); unknown members are kept. */
const configSchema = z.looseObject({
  architecture: z.string().max(100),
  os: z.string().max(100),
  config: z.looseObject({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
  rootfs: z.looseObject({ type: z.literal('layers'), diff_ids: z.array(z.string().max(200)).max(1000) }),
  history: z.array(z.looseObject({})).max(10_000).nullish(),
});
export type ImageConfig = z.infer<typeof configSchema>;

/** One platform's part of an image that another is made on. */
export interface BaseImage {
  readonly layers: readonly Descriptor[];
  readonly config: ImageConfig;
}

/** The image that another one is made on: where it comes from, and what it is called there. */
export interface ImageBase {
  readonly source: OpenSource;
  readonly digest: Digest;
  /** For errors. */
  readonly name: string;
}

/**
 * The part of an image that is for a kind of processor.
 *
 * @throws IMAGE_BASE_UNFIT where it has none; MANIFEST_INVALID, CONTENT_…, REGISTRY_…
 */
export async function baseFor(base: ImageBase, architecture: string): Promise<BaseImage> {
  const { source, digest, name } = base;
  const tree = await walk(source.manifests, digest);
  const found: string[] = [];
  for (const { bytes } of [tree.root, ...tree.children]) {
    const json: unknown = JSON.parse(bytes.toString('utf8'));
    if (indexSchema.safeParse(json).success) continue;
    const { config: described, layers } = manifestSchema.parse(json) satisfies Manifest;
    const config = await readConfig(base, described);
    if (config === undefined) continue;
    if (config.os === 'linux' && config.architecture === architecture) {
      if (config.rootfs.diff_ids.length === layers.length) return { layers, config };
      throw baseUnfit(name, `it lists ${config.rootfs.diff_ids.length} layers and has ${layers.length}`);
    }
    found.push(`${config.os}/${config.architecture}`);
  }
  const has = found.length === 0 ? 'no image' : found.slice(0, 10).join(', ');
  throw baseUnfit(name, `it has nothing for linux/${architecture}, but ${has}`);
}

/** Undefined for what is no image, such as an attestation beside one. */
async function readConfig({ source, name }: ImageBase, described: Descriptor): Promise<ImageConfig | undefined> {
  if (!/^application\/vnd\.(?:oci\.image\.config\.v1|docker\.container\.image\.v1)\+json$/.test(described.mediaType)) {
    return undefined;
  }
  const bytes = await readBounded(await source.blobs.open(described.digest), configLimitBytes, name, name);
  try {
    return configSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    throw baseUnfit(name, `its configuration cannot be read: ${reasonOf(error).slice(0, 200)}`);
  }
}

/** An image that the other one cannot be made on. */
export function baseUnfit(image: string, reason: string): SealiftError {
  return new SealiftError('IMAGE_BASE_UNFIT', { values: { image: image.slice(0, 300), reason }, place: image });
}
