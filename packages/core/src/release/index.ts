export { packBundleName, releaseBundleName } from './bundle-name.ts';
export { type DeclaredCheck, declaredCheckSchema } from './declared/declared-check.ts';
export {
  type ClaimForm,
  type DeclaredAction,
  type DeclaredStep,
  declaredStepSchema,
  declaredWorkSchema,
  type MigrateClaim,
  type MoveStoredVersion,
  type OwnObjects,
  type SetField,
  type WaitFor,
} from './declared/declared-step.ts';
export { membersOf, valuesAt } from './declared/field-path.ts';
export { matchesGlob } from './declared/glob.ts';
export { type FoundObject, type Judgement, judgeStatement, type Statement } from './declared/judge.ts';
export { quantityOf } from './declared/quantity.ts';
export { type ObjectPlace, type ObjectQuery, objectQuerySchema, queryText } from './declared/object-query.ts';
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
