import type { PublicKey } from '@sealift/bundle/minisign';
import { type Bundle, openBundle } from '@sealift/bundle/read';
import { readPublicKeyFile } from '@sealift/bundle/key-files';
import { isSealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { machineKeys } from '../../client/trust.ts';

/** How every remedy for a key that is not trusted begins. */
export const compareFingerprint =
  'Compare the fingerprint with the one the vendor published another way; if it is the same,';

/**
 * Opens a bundle with the key that was given by hand alone, else with the trusted keys of this machine. The remedy of a refusal is
 * about the keys that were looked at.
 *
 * @throws SIGNATURE_*, BUNDLE_*, KEY_FILE_INVALID, FILE_*
 */
export async function openWithKeys(file: string, publicKey: string | undefined, context: CliContext): Promise<Bundle> {
  if (publicKey === undefined) return await openBundle(file, { trustedKeys: await machineKeys(context) });
  const given: PublicKey = await readPublicKeyFile(publicKey);
  try {
    return await openBundle(file, { trustedKeys: [given] });
  } catch (error) {
    if (!isSealiftError(error, 'SIGNATURE_KEY_UNTRUSTED')) throw error;
    throw error.withHint(
      `${publicKey} is another key, ID ${given.keyId}. ${compareFingerprint} give the vendor's public key file with --public-key.`,
    );
  }
}
