import { readKeyText } from '@sealift/bundle/key-files';
import { needsPassword, openSecretKey, parseSecretKey, type SecretKey } from '@sealift/bundle/minisign';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { askHidden, readPasswordFile } from '../../terminal/secret-input.ts';

/** Which key signs, and where its password comes from: never from the command line, where others can read it. */
export interface SigningKeyOptions {
  readonly key: string;
  readonly keyPasswordFile?: string;
}

/**
 * Reads the secret key that signs; one with a password needs the file of it, or a terminal to ask on.
 *
 * @throws FILE_*, KEY_FILE_INVALID, KEY_FILE_ENCRYPTED, KEY_PASSWORD_WRONG
 */
export async function readSigningKey({ key, keyPasswordFile }: SigningKeyOptions): Promise<SecretKey> {
  const text = await readKeyText(key);
  if (!needsPassword(text)) return parseSecretKey(text, key);
  const missing = (): SealiftError => new SealiftError('KEY_FILE_ENCRYPTED', { values: { what: key } });
  const password =
    keyPasswordFile === undefined
      ? await askHidden(`Password of ${key}`, missing)
      : await readPasswordFile(keyPasswordFile);
  return await openSecretKey(text, new Secret(password), key);
}
