/** Artifact types of what a bundle holds besides packs and images, as media types of their configs (OCI image-spec, manifest.md). */
export const artifactTypes = {
  release: 'application/vnd.sealift.release.v1',
  packRelease: 'application/vnd.sealift.pack-release.v1',
  nodeImage: 'application/vnd.sealift.node-image.v1',
  executable: 'application/vnd.sealift.executable.v1',
  tool: 'application/vnd.sealift.tool.v1',
} as const;

/** Media types of their layers. */
export const layerTypes = {
  releaseJson: 'application/vnd.sealift.release.v1+json',
  packReleaseJson: 'application/vnd.sealift.pack-release.v1+json',
  signature: 'application/vnd.sealift.minisign.v1',
  ova: 'application/vnd.sealift.ova.v1',
  executableGzip: 'application/vnd.sealift.executable.v1+gzip',
  tool: 'application/octet-stream',
} as const;

/** The annotation that names the file a layer is (OCI image-spec, annotations.md). */
export const titleAnnotation = 'org.opencontainers.image.title';

/** Annotation of a pack in `index.json`: the files in it that describe its values, with a space between; may be empty. */
export const packSchemasAnnotation = 'dev.sealift.pack.schemas';
