import { manifestSchema, mediaTypes } from '../descriptor.ts';
import { digestOf } from '../digest.ts';
import type { WalkedManifest } from './walk.ts';

/**
 * An artifact in the form of OCI image-spec 1.0, for registries that know no other: without `artifactType`, and with a config of that media
 * type in place of the empty one, which stands for the same (OCI image-spec 1.1, manifest.md, "Guidelines for Artifact Usage"). Its digest is
 * another one, so it is only for what nothing pins.
 *
 * @returns undefined when it is of that form already
 */
export function inOci10Form({ mediaType, bytes }: WalkedManifest): WalkedManifest | undefined {
  const parsed = manifestSchema.safeParse(JSON.parse(bytes.toString('utf8')));
  if (!parsed.success) return undefined;
  const { artifactType, ...rest } = parsed.data;
  const isEmpty = rest.config.mediaType === mediaTypes.empty;
  if (artifactType === undefined && !isEmpty) return undefined;
  const configType = isEmpty ? (artifactType ?? 'application/vnd.unknown.config.v1+json') : rest.config.mediaType;
  const older = Buffer.from(JSON.stringify({ ...rest, config: { ...rest.config, mediaType: configType } }));
  return { digest: digestOf(older), mediaType, bytes: older };
}
