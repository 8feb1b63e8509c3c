export * from './access.ts';
export * from './adoption.ts';
export * from './permissions.ts';
export * from './platform.ts';
export * from './problem.ts';
export * from './registries.ts';
export * from './registry-care.ts';
export * from './upgrades.ts';
