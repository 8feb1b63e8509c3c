export * from './event.ts';
export * from './node.ts';
