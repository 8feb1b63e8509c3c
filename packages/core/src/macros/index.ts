export { type MacroSources, resolveMacros } from './resolve-macros.ts';
