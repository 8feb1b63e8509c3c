import { createHash, type Hash, sign as signBytes, verify as verifyBytes } from 'node:crypto';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { decodeBase64, keyIdText } from './encoding.ts';
import { type PublicKey, parsePublicKey, type SecretKey } from './keys.ts';

/**
 * Signatures in minisign's format (jedisct1.github.io/minisign), prehashed only. A file of four lines:
 *
 *     untrusted comment: …
 *     base64 of "ED", key ID, Ed25519 signature over the BLAKE2b-512 of the content
 *     trusted comment: …
 *     base64 of the Ed25519 signature over that signature and the trusted comment
 */
interface SignatureFile {
  readonly untrustedComment: string;
  readonly legacy: boolean;
  readonly keyId: string;
  readonly head: Buffer;
  readonly signature: Buffer;
  readonly trustedComment: string;
  readonly globalSignature: Buffer;
}

/** The untrusted comment of every signature Sealift makes. */
const ourUntrustedComment = 'signature of Sealift';
/** No signature file is longer than this. */
export const maxSignatureBytes = 2048;

/** Starts the hash whose digest is signed: feed it the content, hand it to `sign` or `verify`. */
export function startPrehash(): Hash {
  return createHash('blake2b512');
}

/** Who signed, and what the signer says about the content. */
export interface VerifiedSignature {
  readonly key: PublicKey;
  readonly trustedComment: string;
}

/**
 * Signs content by its prehash. The same key, content and comment always give the same text: no timestamp is in it. The
 * trusted comment ends with the public key, so that a refusal can name the fingerprint; it is never learned from there.
 *
 * @param prehash what `startPrehash` gave, fed with the content, or the same hash computed elsewhere
 * @param about what the content is, one line of printable ASCII
 */
export function sign(secretKey: SecretKey, prehash: { digest(): Buffer }, about: string): string {
  if (!/^[\x20-\x7e]{1,300}$/.test(about)) throw new TypeError('a trusted comment is one line of printable ASCII');
  const signature = signBytes(null, prehash.digest(), secretKey.key);
  const trustedComment = `${about}, key ${secretKey.publicKey.encoded}`;
  return format({
    untrustedComment: ourUntrustedComment,
    head: Buffer.concat([Buffer.from('ED'), Buffer.from(secretKey.publicKey.encoded, 'base64').subarray(2, 10)]),
    signature,
    trustedComment,
    globalSignature: signBytes(null, Buffer.concat([signature, Buffer.from(trustedComment)]), secretKey.key),
  });
}

export interface VerifyOptions {
  readonly signature: string;
  readonly prehash: Hash;
  readonly trustedKeys: readonly PublicKey[];
  /** What is verified, for messages. */
  readonly what: string;
  /** Also take the untrusted comment of another signer, such as minisign itself. */
  readonly anyUntrustedComment?: boolean;
}

/**
 * Verifies a signature against the trusted keys. Its text must be exactly what encoding its parts again gives.
 *
 * @throws SIGNATURE_MALFORMED, SIGNATURE_LEGACY, SIGNATURE_KEY_UNTRUSTED, SIGNATURE_WRONG
 */
export function verify(options: VerifyOptions): VerifiedSignature {
  const { what } = options;
  const file = parse(options.signature, what);
  if (file.legacy) throw new SealiftError('SIGNATURE_LEGACY', { values: { what } });
  if (options.anyUntrustedComment !== true && file.untrustedComment !== ourUntrustedComment) {
    throw malformed(what, 'its untrusted comment is not the fixed one');
  }
  const prehash = options.prehash.digest();
  const trusted = options.trustedKeys.filter((key) => key.keyId === file.keyId);
  const key = trusted.find((candidate) => matches(file, prehash, candidate));
  if (key !== undefined) return { key, trustedComment: file.trustedComment };
  if (trusted.length === 0) {
    // The key that the comment states counts only to name its fingerprint, and only when it did sign this.
    const claimed = claimedKey(file);
    if (claimed === undefined || matches(file, prehash, claimed)) {
      const fingerprint = claimed?.fingerprint ?? 'not stated';
      throw new SealiftError('SIGNATURE_KEY_UNTRUSTED', { values: { what, fingerprint, keyId: file.keyId } });
    }
  }
  throw new SealiftError('SIGNATURE_WRONG', { values: { what, keyId: file.keyId } });
}

function matches(file: SignatureFile, prehash: Buffer, key: PublicKey): boolean {
  const global = Buffer.concat([file.signature, Buffer.from(file.trustedComment)]);
  return (
    verifyBytes(null, prehash, key.key, file.signature) && verifyBytes(null, global, key.key, file.globalSignature)
  );
}

function claimedKey(file: SignatureFile): PublicKey | undefined {
  const encoded = /, key (RW[A-Za-z0-9+/]{54})$/.exec(file.trustedComment)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const key = parsePublicKey(encoded);
    return key.keyId === file.keyId ? key : undefined;
  } catch (error) {
    if (isSealiftError(error, 'KEY_FILE_INVALID')) return undefined;
    throw error;
  }
}

function format(file: Omit<SignatureFile, 'legacy' | 'keyId'>): string {
  const signature = Buffer.concat([file.head, file.signature]).toString('base64');
  const global = file.globalSignature.toString('base64');
  return `untrusted comment: ${file.untrustedComment}\n${signature}\ntrusted comment: ${file.trustedComment}\n${global}\n`;
}

function parse(text: string, what: string): SignatureFile {
  const form = /^untrusted comment: ([^\n]*)\n([^\n]+)\ntrusted comment: ([^\n]*)\n([^\n]+)\n$/.exec(
    text.length <= maxSignatureBytes ? text : '',
  );
  const [, untrustedComment = '', first = '', trustedComment = '', last = ''] = form ?? [];
  const bytes = decodeBase64(first);
  const globalSignature = decodeBase64(last);
  if (form === null) throw malformed(what, 'expected two comments, each followed by a line of base64');
  if (bytes?.length !== 74 || globalSignature?.length !== 64) throw malformed(what, 'its base64 is not canonical');
  const kind = bytes.toString('latin1', 0, 2);
  if (kind !== 'ED' && kind !== 'Ed') throw malformed(what, 'its algorithm is not ED');
  const file = {
    untrustedComment,
    head: bytes.subarray(0, 10),
    signature: bytes.subarray(10),
    trustedComment,
    globalSignature,
  };
  if (format(file) !== text) throw malformed(what, 'encoding it again gives another text');
  return { ...file, legacy: kind === 'Ed', keyId: keyIdText(bytes.subarray(2, 10)) };
}

function malformed(what: string, reason: string): SealiftError {
  return new SealiftError('SIGNATURE_MALFORMED', { values: { what, reason } });
}
