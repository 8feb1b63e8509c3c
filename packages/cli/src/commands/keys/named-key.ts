import type { PublicKey } from '@sealift/bundle/minisign';
import { readPublicKeyFile } from '@sealift/bundle/key-files';
import { SealiftError } from '@sealift/core/errors';

type Names = Pick<PublicKey, 'keyId' | 'fingerprint'>;

/**
 * Tells a key by what a person gives for it: its ID or its fingerprint, as the lists show them, or its public key file.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, KEY_FILE_INVALID for a file
 */
export async function keyNamed(text: string): Promise<(key: Names) => boolean> {
  if (/^[0-9A-Fa-f]{16}$/.test(text)) return ({ keyId }) => keyId === text.toUpperCase();
  if (text.startsWith('SHA256:')) return ({ fingerprint }) => fingerprint === text;
  const { fingerprint } = await readPublicKeyFile(text);
  return (key) => key.fingerprint === fingerprint;
}

/** No key of a list is the one that was named. */
export function noSuchKey(key: string, where: 'here' | 'in the console'): SealiftError {
  const list = where === 'here' ? 'sealift keys list' : 'sealift keys list --console';
  return new SealiftError('KEY_NOT_TRUSTED', { values: { key, where, list }, place: key });
}
