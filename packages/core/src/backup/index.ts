export * from './backup.ts';
export * from './bucket-prefix.ts';
export * from './texts.ts';
