export * from './backup.ts';
export * from './texts.ts';
