import { SealiftError } from '@sealift/core/errors';
import { descriptorSchema, indexSchema, manifestSchema, mediaTypes } from '@sealift/oci/descriptor';
import { z } from 'zod';
import { type ContentDigest, isContentDigest } from './content-digest.ts';

/** A descriptor with any digest this registry takes. */
export const contentDescriptorSchema = descriptorSchema.extend({
  digest: z.custom<ContentDigest>((value) => typeof value === 'string' && isContentDigest(value), 'not a digest'),
});
export type ContentDescriptor = z.infer<typeof contentDescriptorSchema>;

const imageSchema = manifestSchema.extend({
  config: contentDescriptorSchema,
  layers: z.array(contentDescriptorSchema).max(10_000),
  subject: contentDescriptorSchema.optional(),
});
const listSchema = indexSchema.extend({
  manifests: z.array(contentDescriptorSchema).max(100_000),
  subject: contentDescriptorSchema.optional(),
});

/** What a registry has to know of a manifest. */
export interface ParsedManifest {
  readonly blobs: readonly ContentDescriptor[];
  readonly manifests: readonly ContentDescriptor[];
  readonly subject: ContentDescriptor | undefined;
  /** As the referrers list shows it: for an image without one, its config's media type. */
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

const imageTypes: readonly string[] = [mediaTypes.manifest, mediaTypes.dockerManifest];
const indexTypes: readonly string[] = [mediaTypes.index, mediaTypes.dockerIndex];

/**
 * Reads a manifest of one of the four kinds of image and index (OCI image-spec; Docker schema 2).
 *
 * @throws MANIFEST_INVALID
 */
export function parseManifest(digest: ContentDigest, mediaType: string, bytes: Buffer): ParsedManifest {
  const isImage = imageTypes.includes(mediaType);
  if (!isImage && !indexTypes.includes(mediaType)) {
    throw invalid(digest, `media type ${JSON.stringify(mediaType.slice(0, 100))} is not one of an image or an index`);
  }
  const json = readJson(digest, bytes);
  const own = typeof json === 'object' && json !== null && 'mediaType' in json ? json.mediaType : mediaType;
  if (own !== mediaType) throw invalid(digest, `it was sent as ${mediaType} and says it is another`);
  if (isImage) {
    const manifest = check(digest, imageSchema, json);
    return {
      blobs: [manifest.config, ...manifest.layers.filter((layer) => !('urls' in layer))],
      manifests: [],
      subject: manifest.subject,
      artifactType: manifest.artifactType ?? manifest.config.mediaType,
      annotations: manifest.annotations,
    };
  }
  const index = check(digest, listSchema, json);
  const { subject, artifactType, annotations } = index;
  return { blobs: [], manifests: index.manifests, subject, artifactType, annotations };
}

function readJson(digest: ContentDigest, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw invalid(digest, 'it is not JSON');
  }
}

function check<Schema extends z.ZodType>(digest: ContentDigest, schema: Schema, json: unknown): z.infer<Schema> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(digest, issue === undefined ? 'not of the form expected' : `${issue.path.join('.')}: ${issue.message}`);
}

function invalid(digest: ContentDigest, reason: string): SealiftError {
  return new SealiftError('MANIFEST_INVALID', { values: { digest, reason } });
}
