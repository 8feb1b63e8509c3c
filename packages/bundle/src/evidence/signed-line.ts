import { canonicalJson } from '@sealift/core/canonical-json';
import { isSealiftError, type SealiftError } from '@sealift/core/errors';
import { maxSignatureBytes, type PublicKey, type SecretKey, sign, startPrehash, verify } from '../minisign/index.ts';

/** A line whose signature held. */
export interface VerifiedLine {
  readonly text: string;
  readonly key: PublicKey;
  readonly trustedComment: string;
}

/** What is said of a file that does not hold. */
export interface LineWords {
  /** The file, for messages. */
  readonly what: string;
  /** How a good one is got, such as ``Fetch it again from the console with `sealift upgrade evidence`.`` */
  readonly fetchAgain: string;
  readonly invalid: (reason: string) => SealiftError;
}

/**
 * A document as one file: its canonical JSON as the first line, then the four lines of a signature in minisign's format over that line with its end.
 * So minisign itself can check it too.
 */
export function signLine(document: unknown, key: SecretKey, trustedComment: string): string {
  const line = `${canonicalJson(document)}\n`;
  return line + sign(key, startPrehash().update(line), trustedComment);
}

/**
 * The line of such a file, after its signature was found to be by one of the keys.
 *
 * @throws what `words.invalid` makes, SIGNATURE_MALFORMED, SIGNATURE_LEGACY, SIGNATURE_KEY_UNTRUSTED, SIGNATURE_WRONG
 */
export function readSignedLine(bytes: Buffer, keys: readonly PublicKey[], words: LineWords): VerifiedLine {
  const end = bytes.indexOf('\n') + 1;
  if (end === 0) throw words.invalid('it has one line, and no signature');
  if (bytes.length - end > maxSignatureBytes) throw words.invalid('what follows its first line is no signature');
  const line = bytes.subarray(0, end);
  const given = { signature: bytes.toString('utf8', end), trustedKeys: keys, what: words.what };
  try {
    return { text: line.toString('utf8'), ...verify({ ...given, prehash: startPrehash().update(line) }) };
  } catch (error) {
    throw withRemedy(error, words.fetchAgain);
  }
}

/** The remedies of these codes are about bundles, which a vendor signs. */
function withRemedy(error: unknown, fetchAgain: string): unknown {
  if (isSealiftError(error, 'SIGNATURE_WRONG')) {
    return error.withHint(`It was damaged or changed after the console signed it: nothing in it counts. ${fetchAgain}`);
  }
  if (isSealiftError(error, 'SIGNATURE_KEY_UNTRUSTED')) {
    return error.withHint(
      'Ask somebody at the site, in another way than by this file, for the fingerprint that `sealift evidence keys` shows there; only if it is the same, verify with that key.',
    );
  }
  return isSealiftError(error, 'SIGNATURE_MALFORMED') ? error.withHint(fetchAgain) : error;
}
