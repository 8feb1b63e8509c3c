export { changedPaths, isOpen, merge } from './merge.ts';
export { pathText } from './path-text.ts';
export * from './types.ts';
