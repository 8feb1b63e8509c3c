import { SealiftError } from '@sealift/core/errors';
import { artifactTypeOf, type Descriptor, type Manifest, mediaTypes } from '../descriptor.ts';
import { digestOf } from '../digest.ts';

/** What our own pack manifests say they are, by their config: every registry takes that form (OCI image-spec, manifest.md). */
export const packArtifactType = 'application/vnd.sealift.pack.v1';

/** The content of a config that only says what the artifact is. */
export const emptyConfigBytes: Uint8Array = new TextEncoder().encode('{}');
const config: Descriptor = {
  mediaType: packArtifactType,
  digest: digestOf(emptyConfigBytes),
  size: emptyConfigBytes.byteLength,
};

/** The manifest of a pack whose archive is `layer`; its config is `emptyConfigBytes`. */
export function packManifest(layer: Descriptor): Manifest {
  return {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers: [layer],
  };
}

/** Config types of pack manifests: ours, and what oras writes when it is told nothing. */
const acceptedConfigs = new Set<string>([mediaTypes.empty, 'application/vnd.unknown.config.v1+json']);
const acceptedLayers = new Set<string>([mediaTypes.layerGzip, 'application/gzip', 'application/x-gzip']);

/**
 * The one layer of a pack's manifest that holds the archive.
 *
 * @param place the reference or digest it was read from, for the error.
 * @throws PACK_ARTIFACT_INVALID when the manifest is not a pack's.
 */
export function packLayer(manifest: Manifest, place: string): Descriptor {
  const refuse = (reason: string): SealiftError =>
    new SealiftError('PACK_ARTIFACT_INVALID', { place, values: { reason } });
  const { config, layers } = manifest;
  const type = artifactTypeOf(manifest);
  if (type !== packArtifactType && !acceptedConfigs.has(config.mediaType)) {
    throw refuse(`its artifact type is ${type}`);
  }
  const [layer, second] = layers;
  if (layer === undefined || second !== undefined) throw refuse(`it has ${layers.length} layers in place of one`);
  if (!acceptedLayers.has(layer.mediaType)) throw refuse(`its layer is ${layer.mediaType}, not a tar.gz`);
  return layer;
}
