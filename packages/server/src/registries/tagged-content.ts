import { type TaggedContent, taggedContentSchema } from '@sealift/core/api';
import { isSealiftError } from '@sealift/core/errors';
import {
  artifactTypeOf,
  type Index,
  indexSchema,
  type Manifest,
  manifestSchema,
  mediaTypes,
} from '@sealift/oci/descriptor';
import type { RegistryClient } from '@sealift/oci/registry-client';

/** Config types of images: OCI's, and its older twin. */
const imageConfigs = new Set<string>([mediaTypes.config, 'application/vnd.docker.container.image.v1+json']);
const chartConfig = 'application/vnd.cncf.helm.config.v1+json';
const mostPlatforms = 20;

const unreadable = (): Content => ({ kind: 'unknown', artifactType: null, size: null, platforms: [] });

/** What a tag stands for; one that cannot be read, as it is damaged or went meanwhile, is told with the reason. */
export async function taggedContent(
  client: Pick<RegistryClient, 'getManifest'>,
  repository: string,
  tag: string,
): Promise<TaggedContent> {
  try {
    const { digest, bytes, taggedAt } = await client.getManifest(repository, tag);
    const pushedAt = taggedAt?.toISOString() ?? null;
    return { tag, digest, problem: null, pushedAt, ...contentOf(bytes) };
  } catch (error) {
    if (!isSealiftError(error) || !ofOneTag.some((code) => isSealiftError(error, code))) throw error;
    return { tag, digest: null, problem: error.message, pushedAt: null, ...unreadable() };
  }
}

/** Faults of one manifest; with any other the registry itself cannot be read. */
const ofOneTag = [
  'REGISTRY_NOT_FOUND',
  'CONTENT_DIGEST_MISMATCH',
  'REGISTRY_ANSWER_INVALID',
  'REGISTRY_FAILED',
  'INPUT_TOO_LARGE',
] as const;

type Content = Pick<TaggedContent, 'kind' | 'artifactType' | 'size' | 'platforms'>;

function contentOf(bytes: Buffer): Content {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return unreadable();
  }
  const index = indexSchema.safeParse(value).data;
  if (index !== undefined) return { kind: 'index', artifactType: null, size: null, platforms: platformsOf(index) };
  const manifest = manifestSchema.safeParse(value).data;
  if (manifest === undefined) return unreadable();
  const size = [manifest.config, ...manifest.layers].reduce((sum, part) => sum + part.size, bytes.byteLength);
  return { ...kindOf(manifest), size, platforms: [] };
}

function kindOf(manifest: Manifest): Pick<Content, 'kind' | 'artifactType'> {
  const type = artifactTypeOf(manifest);
  if (imageConfigs.has(type)) return { kind: 'image', artifactType: null };
  if (type === chartConfig) return { kind: 'chart', artifactType: null };
  const [, own] = /^application\/vnd\.sealift\.([a-z-]+)\.v1$/.exec(type) ?? [];
  const kind = taggedContentSchema.shape.kind.safeParse(own).data;
  return kind === undefined ? { kind: 'artifact', artifactType: type } : { kind, artifactType: null };
}

function platformsOf({ manifests }: Index): string[] {
  const named = manifests.flatMap(({ platform }) =>
    platform === undefined || platform.os === 'unknown'
      ? []
      : [[platform.os, platform.architecture, platform.variant].filter((part) => part !== undefined).join('/')],
  );
  return [...new Set(named)].slice(0, mostPlatforms);
}
