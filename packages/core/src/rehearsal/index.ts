export * from './legs.ts';
export * from './rehearsal.ts';
