export { checkResult, type ResultChecks, type ResultProblem } from './check-result.ts';
export {
  askedHunks,
  assembleHunks,
  type HunkChoice,
  type HunkChoices,
  hunkResult,
  ownHunk,
  typedHunk,
} from './hunks/assemble-hunks.ts';
export { hunkAnswer } from './hunks/hunk-answer.ts';
export { stringAt } from './hunks/string-at.ts';
export { stringSource } from './hunks/string-source.ts';
export { hunksForm, type TextHunk, textHunks, type TextSides } from './hunks/text-hunks.ts';
export { maskDecisions, maskText } from './mask.ts';
export { isSecretPath } from './secret-path.ts';
export { type SecretRange, secretRanges } from './secret-ranges.ts';
export { lineChanges } from './merge-lines.ts';
export { changedPaths, isOpen, merge } from './merge.ts';
export { parsePathText, pathKey, pathText } from './path-text.ts';
export { brokenForm } from './readable-text.ts';
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
export { jsonSchemaPasswords } from './schema-passwords.ts';
export * from './types.ts';
