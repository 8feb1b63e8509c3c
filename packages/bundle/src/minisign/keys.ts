import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { decodeBase64, keyIdText } from './encoding.ts';

/** A minisign public key: who may have signed. */
export interface PublicKey {
  /** 16 upper-case hex digits, as minisign prints it. */
  readonly keyId: string;
  /** `SHA256:` and the unpadded base64 SHA-256 of the 42 bytes that the key file encodes; people compare this. */
  readonly fingerprint: string;
  /** The key file's base64 line, such as `RWQ…`: algorithm, key ID and key. */
  readonly encoded: string;
  readonly key: KeyObject;
}

/** A minisign secret key without a password (as of `minisign -G -W`). */
export interface SecretKey {
  readonly publicKey: PublicKey;
  readonly key: KeyObject;
  /** The key file's text. */
  readonly file: Secret;
}

const algorithm = Buffer.from('Ed');
const publicComment = 'untrusted comment: minisign public key ';
/** The first line of a secret key file, with and without a password. */
export const secretComment = 'untrusted comment: minisign encrypted secret key';
// DER heads of an Ed25519 seed and point (RFC 8410, sections 4 and 7).
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');
const secretLength = 158;

/** Makes a new key pair (Ed25519, RFC 8032) with a random key ID. */
export function generateKeyPair(): SecretKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(pkcs8Head.length);
  return secretKeyOf(randomBytes(8), seed);
}

/**
 * Reads a public key file (two lines), or its base64 line alone.
 *
 * @throws KEY_FILE_INVALID
 */
export function parsePublicKey(text: string, what = 'the public key'): PublicKey {
  const lines = linesOf(text);
  const encoded = lines.length === 2 && lines[0]?.startsWith('untrusted comment: ') === true ? lines[1] : lines[0];
  const bytes = encoded === undefined || lines.length > 2 ? undefined : decodeBase64(encoded);
  if (bytes === undefined || bytes.length !== 42 || !bytes.subarray(0, 2).equals(algorithm)) {
    throw invalid(what, 'expected an untrusted comment and one line of 56 base64 characters that starts with RW');
  }
  return publicKeyOf(bytes.subarray(2, 10), bytes.subarray(10));
}

/** A public key as minisign's key file. */
export function formatPublicKey(publicKey: PublicKey): string {
  return `${publicComment}${publicKey.keyId}\n${publicKey.encoded}\n`;
}

/**
 * Reads a secret key file without a password.
 *
 * @throws KEY_FILE_INVALID, KEY_FILE_ENCRYPTED
 */
export function parseSecretKey(text: string, what = 'the secret key'): SecretKey {
  const lines = linesOf(text);
  const bytes = lines.length === 2 && lines[1] !== undefined ? decodeBase64(lines[1]) : undefined;
  if (bytes === undefined || bytes.length !== secretLength || !bytes.subarray(0, 2).equals(algorithm)) {
    throw invalid(what, 'expected an untrusted comment and one line of base64');
  }
  if (bytes.readUInt16LE(2) !== 0) throw new SealiftError('KEY_FILE_ENCRYPTED', { values: { what } });
  const secretKey = secretKeyOf(bytes.subarray(54, 62), bytes.subarray(62, 94));
  const derived = createPublicKey(secretKey.key).export({ format: 'der', type: 'spki' }).subarray(spkiHead.length);
  if (!derived.equals(bytes.subarray(94, 126))) throw invalid(what, 'its two halves do not belong together');
  return secretKey;
}

function secretKeyOf(id: Buffer, seed: Buffer): SecretKey {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' });
  const point = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(spkiHead.length);
  const file = new Secret(`${secretComment}\n${secretKeyLine(Buffer.concat([id, seed, point]))}\n`);
  return { publicKey: publicKeyOf(id, point), key, file };
}

/** The line of a key file without a password. @param secret key ID, seed and point */
export function secretKeyLine(secret: Buffer): string {
  // Algorithms, key derivation (none) and checksum kind, then salt and limits, which mean nothing without a password.
  const head = Buffer.concat([algorithm, Buffer.from([0, 0]), Buffer.from('B2'), Buffer.alloc(48)]);
  return Buffer.concat([head, secret, Buffer.alloc(32)]).toString('base64');
}

function publicKeyOf(id: Buffer, point: Buffer): PublicKey {
  const bytes = Buffer.concat([algorithm, id, point]);
  return {
    keyId: keyIdText(id),
    fingerprint: `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`,
    encoded: bytes.toString('base64'),
    key: createPublicKey({ key: Buffer.concat([spkiHead, point]), format: 'der', type: 'spki' }),
  };
}

function linesOf(text: string): string[] {
  return text.slice(0, 4096).trimEnd().split(/\r?\n/);
}

function invalid(what: string, reason: string): SealiftError {
  return new SealiftError('KEY_FILE_INVALID', { values: { what, reason } });
}
