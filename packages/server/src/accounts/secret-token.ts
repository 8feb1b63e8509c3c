import { createHash, randomBytes } from 'node:crypto';

/** A fresh secret of 256 random bits. Only its hash is stored, so a copy of the database opens nothing. */
export function newSecret(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** SHA-256 (hex) of a secret of full entropy; passwords need argon2id instead. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
