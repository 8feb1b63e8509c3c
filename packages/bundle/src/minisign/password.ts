import { randomBytes, scrypt } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import type { Secret } from '@sealift/core/secret';
import { blake2b } from './blake2b.ts';
import { decodeBase64 } from './encoding.ts';
import { parseSecretKey, type SecretKey, secretComment, secretKeyLine } from './keys.ts';

/** How much a guess at the password costs, as libsodium's `crypto_pwhash_scryptsalsa208sha256` takes it. */
export interface PasswordLimits {
  readonly operations: number;
  readonly memoryBytes: number;
}

/** What minisign uses: the limits that libsodium calls sensitive. */
export const minisignLimits: PasswordLimits = { operations: 2 ** 25, memoryBytes: 2 ** 30 };

// The file's line: Ed, key derivation, checksum kind, salt, limits; then what is encrypted: key ID, seed and point, checksum.
const algorithm = Buffer.from('Ed');
const scryptKind = Buffer.from('Sc');
const checksumKind = Buffer.from('B2');
const [saltStart, operationsAt, memoryAt, secretStart, checksumStart, end] = [6, 38, 46, 54, 126, 158];

/** Whether a secret key file needs a password to be read. */
export function needsPassword(text: string): boolean {
  return bytesOf(text)?.subarray(2, 4).equals(scryptKind) === true;
}

/**
 * Reads a secret key file that is protected by a password, as `minisign -G` and `protectSecretKey` write it.
 *
 * @throws KEY_PASSWORD_WRONG, KEY_FILE_INVALID also where the file asks for more work or memory than minisign does
 */
export async function openSecretKey(text: string, password: Secret, what = 'the secret key'): Promise<SecretKey> {
  const bytes = bytesOf(text);
  if (bytes === undefined || !needsPassword(text)) return parseSecretKey(text, what);
  const limits = { operations: limitAt(bytes, operationsAt, what), memoryBytes: limitAt(bytes, memoryAt, what) };
  if (limits.operations > minisignLimits.operations || limits.memoryBytes > minisignLimits.memoryBytes) {
    const reason = 'it asks for more work or memory than minisign does';
    throw new SealiftError('KEY_FILE_INVALID', { values: { what, reason } });
  }
  const stream = await keyStream(password, bytes.subarray(saltStart, operationsAt), limits);
  const opened = xor(bytes.subarray(secretStart, end), stream);
  const [secret, checksum] = [
    opened.subarray(0, checksumStart - secretStart),
    opened.subarray(checksumStart - secretStart),
  ];
  if (!checksumOf(secret).equals(checksum)) throw new SealiftError('KEY_PASSWORD_WRONG', { values: { what } });
  return parseSecretKey(`${secretComment}\n${secretKeyLine(secret)}\n`, what);
}

/** The text of a secret key file that is protected by a password, which minisign reads too. */
export async function protectSecretKey(
  key: SecretKey,
  password: Secret,
  limits: PasswordLimits = minisignLimits,
): Promise<string> {
  const plain = bytesOf(key.file.reveal());
  if (plain === undefined) throw new TypeError('not a secret key file');
  const secret = plain.subarray(secretStart, checksumStart);
  const salt = randomBytes(operationsAt - saltStart);
  const numbers = Buffer.alloc(secretStart - operationsAt);
  numbers.writeBigUInt64LE(BigInt(limits.operations), 0);
  numbers.writeBigUInt64LE(BigInt(limits.memoryBytes), 8);
  const hidden = xor(Buffer.concat([secret, checksumOf(secret)]), await keyStream(password, salt, limits));
  const bytes = Buffer.concat([algorithm, scryptKind, checksumKind, salt, numbers, hidden]);
  return `${secretComment}\n${bytes.toString('base64')}\n`;
}

/** Over the algorithm, the key ID and both halves of the key: a wrong password is told by it. */
function checksumOf(secret: Buffer): Buffer {
  return blake2b(Buffer.concat([algorithm, secret]), end - checksumStart);
}

async function keyStream(password: Secret, salt: Buffer, limits: PasswordLimits): Promise<Buffer> {
  const { cost, parallel } = scryptParameters(limits);
  const blockSize = 8;
  // What scrypt needs (RFC 7914, section 6), and a little of OpenSSL's own.
  const maxmem = 128 * blockSize * (cost + parallel + 2) + 1024 * 1024;
  const options = { cost, blockSize, parallelization: parallel, maxmem };
  return await new Promise((resolve, reject) => {
    scrypt(password.reveal(), salt, end - secretStart, options, (error, stream) =>
      error === null ? resolve(stream) : reject(error),
    );
  });
}

/** As libsodium picks them (`pickparams` of pwhash_scryptsalsa208sha256.c), with blocks of 8. */
function scryptParameters({ operations, memoryBytes }: PasswordLimits): { cost: number; parallel: number } {
  const work = Math.max(operations, 32_768);
  const isBoundByWork = work < memoryBytes / 32;
  const most = isBoundByWork ? work / 32 : memoryBytes / 1024;
  let cost = 2;
  while (cost <= most / 2) cost *= 2;
  return { cost, parallel: isBoundByWork ? 1 : Math.max(1, Math.floor(work / 4 / cost / 8)) };
}

function limitAt(bytes: Buffer, at: number, what: string): number {
  const limit = bytes.readBigUInt64LE(at);
  if (limit <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(limit);
  throw new SealiftError('KEY_FILE_INVALID', { values: { what, reason: 'its limits are not those of a key' } });
}

function bytesOf(text: string): Buffer | undefined {
  const lines = text.slice(0, 4096).trimEnd().split(/\r?\n/);
  const bytes = lines.length === 2 && lines[1] !== undefined ? decodeBase64(lines[1]) : undefined;
  return bytes?.length === end && bytes.subarray(0, 2).equals(algorithm) ? bytes : undefined;
}

function xor(bytes: Buffer, stream: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, index) => byte ^ (stream[index] ?? 0)));
}
