export * from './cloud-event.ts';
export * from './kinds.ts';
export * from './mail-text.ts';
export * from './notification.ts';
