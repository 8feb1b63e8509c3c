export { type AppliedValues, readAppliedValues } from './macros/applied-values.ts';
export { type MacroLookup, resolveMacros } from './macros/expression.ts';
export type { MacroValue } from './macros/functions.ts';
export { type LayerName, layerNames, layerNameSchema, packNameSchema, packVersionSchema } from './pack.ts';
export {
  type Pack,
  packDependencySchema,
  packProblems,
  packResourceSchema,
  packSchema,
  parsePack,
} from './pack-json.ts';
export { type PackValues, packImages, readPackValues } from './pack-values.ts';
export { setValue } from './set-value.ts';
