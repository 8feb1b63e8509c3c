export { packBundleName, releaseBundleName } from './bundle-name.ts';
export { type PackRelease, packReleaseSchema, parsePackRelease } from './pack-release.ts';
export { parseRelease, parseReleaseFile } from './read-release.ts';
export {
  digestSchema,
  type Migration,
  migrationSchema,
  nodeImagesOf,
  type Release,
  type ReleasedImage,
  type ReleasedNodeImage,
  type ReleasedTool,
  releasedImageSchema,
  type ReleasedPack,
  releasedPackSchema,
  type ReleaseFile,
  releaseFileSchema,
  releaseSchema,
  type UpgradeEdge,
  upgradeEdgeSchema,
} from './release.ts';
export { templateName } from './template-name.ts';
