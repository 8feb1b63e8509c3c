import { type Descriptor, mediaTypes } from '@sealift/oci/descriptor';
import { titleAnnotation } from '../artifact/artifact-types.ts';
import type { ContentSet } from './content-set.ts';

/** A layer of an artifact, and the file name it stands for. */
export interface ArtifactLayer {
  readonly descriptor: Descriptor;
  readonly title: string;
}

/**
 * Adds the manifest of an artifact whose layers are in the set already. Its config says what it is, as in OCI image-spec 1.0: some registries
 * refuse `artifactType` or the empty config of 1.1, and the digest that a release pins must be good for all of them.
 */
export function addArtifact(content: ContentSet, artifactType: string, layers: readonly ArtifactLayer[]): Descriptor {
  const config = content.addBytes(Buffer.from('{}'), 'metadata', artifactType);
  const manifest = content.addManifest({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers: layers.map(({ descriptor, title }) => ({ ...descriptor, annotations: { [titleAnnotation]: title } })),
  });
  return { ...manifest, artifactType };
}
