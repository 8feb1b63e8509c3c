export { checkResult, type ResultChecks, type ResultProblem } from './check-result.ts';
export { isSecretPath, mask, maskDecision, maskText } from './mask.ts';
export { lineChanges } from './merge-lines.ts';
export { changedPaths, isOpen, merge } from './merge.ts';
export { parsePathText, pathKey, pathText } from './path-text.ts';
export { readPlain } from './read-plain.ts';
export { type EnabledPreset, enabledPresets, type Preset, presetSchema, readPresets } from './presets.ts';
export {
  type OfferedResolution,
  offerResolutions,
  type RememberedResolution,
  rememberedResolutionSchema,
  rememberResolutions,
} from './resolution-memory.ts';
export { isSchemaNotation, type ParameterRule, passwordPaths, readSchemaNotation } from './schema-notation.ts';
export * from './types.ts';
