export { Secret } from './secret.ts';
export { isSecretKey } from './secret-key.ts';
