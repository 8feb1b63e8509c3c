import { type Descriptor, mediaTypes } from '@sealift/oci/descriptor';
import { titleAnnotation } from '../artifact/artifact-types.ts';
import type { ContentSet } from './content-set.ts';

/** A layer of an artifact, and the file name it stands for. */
export interface ArtifactLayer {
  readonly descriptor: Descriptor;
  readonly title: string;
}

/** Adds the manifest of an artifact whose layers are in the set already (OCI image-spec, "Guidelines for Artifact Usage"). */
export function addArtifact(content: ContentSet, artifactType: string, layers: readonly ArtifactLayer[]): Descriptor {
  const config = content.addBytes(Buffer.from('{}'), 'metadata', mediaTypes.empty);
  return content.addManifest({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType,
    config,
    layers: layers.map(({ descriptor, title }) => ({ ...descriptor, annotations: { [titleAnnotation]: title } })),
  });
}
