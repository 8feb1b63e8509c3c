import { digestSchema } from '@sealift/core/digest';
import { z } from 'zod';
import type { Digest } from './digest.ts';

/** Media types we read and write (OCI image-spec, media-types.md; the Docker ones are the older twins). */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  empty: 'application/vnd.oci.empty.v1+json',
  layerTar: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  octetStream: 'application/octet-stream',
} as const;

const digest = digestSchema as unknown as z.ZodType<Digest>;
const mediaType = z.string().max(255);
const annotations = z.record(z.string(), z.string()).optional();

/** A content descriptor (OCI image-spec, descriptor.md). Unknown members are kept. */
export const descriptorSchema = z.looseObject({
  mediaType,
  digest,
  size: z.int().nonnegative(),
  annotations,
  artifactType: mediaType.optional(),
  platform: z.looseObject({ architecture: z.string(), os: z.string(), variant: z.string().optional() }).optional(),
});
export type Descriptor = z.infer<typeof descriptorSchema>;

/** An image manifest (OCI image-spec, manifest.md). */
export const manifestSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: mediaType.optional(),
  artifactType: mediaType.optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema).max(10_000),
  subject: descriptorSchema.optional(),
  annotations,
});
export type Manifest = z.infer<typeof manifestSchema>;

/** What a manifest says it is: by its own member, or in the form of OCI image-spec 1.0 by its config (manifest.md, "Guidelines for Artifact Usage"). */
export function artifactTypeOf({ artifactType, config }: Pick<Manifest, 'artifactType' | 'config'>): string {
  return artifactType ?? config.mediaType;
}

/** An image index (OCI image-spec, image-index.md). */
export const indexSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: mediaType.optional(),
  artifactType: mediaType.optional(),
  manifests: z.array(descriptorSchema).max(100_000),
  subject: descriptorSchema.optional(),
  annotations,
});
export type Index = z.infer<typeof indexSchema>;
