import { createHash, type Hash } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import { type BundleManifest, manifestPath, type Member, stubBytes } from '../format/manifest.ts';
import { closingBytes, paddingOf, tarHead } from '../format/tar.ts';
import type { PublicKey } from '../minisign/keys.ts';
import { type BundleFile, damaged, readFully } from './bundle-file.ts';
import { type Bundle, openBundle } from './open-bundle.ts';

export interface VerifyBundleOptions {
  readonly trustedKeys: readonly PublicKey[];
  /** Bytes checked so far, and in all. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Also compute the SHA-256 of the whole file, which costs a second hash over every byte. */
  readonly hashFile?: boolean;
  readonly cancel?: AbortSignal;
}

/** What was verified, and with which key. */
export interface VerifiedBundle {
  readonly path: string;
  readonly manifest: BundleManifest;
  readonly key: PublicKey;
  readonly trustedComment: string;
  /** Of the whole file, in hex; only with `hashFile`. */
  readonly fileSha256?: string;
}

/**
 * Verifies every byte of a bundle: the signature over the manifest, and by the manifest the stub, every header, content and
 * padding of the tar, its end and the length of the file.
 *
 * @throws BUNDLE_UNKNOWN, BUNDLE_DAMAGED, BUNDLE_NEWER, SIGNATURE_*, FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function verifyBundle(path: string, options: VerifyBundleOptions): Promise<VerifiedBundle> {
  const bundle = await openBundle(path, options);
  try {
    return await verifyOpenBundle(bundle, options);
  } finally {
    await bundle.close();
  }
}

/** The same over a bundle that is open already. */
export async function verifyOpenBundle(
  bundle: Bundle,
  options: Omit<VerifyBundleOptions, 'trustedKeys'>,
): Promise<VerifiedBundle> {
  const { path, manifest, key, trustedComment, file, payloadStart } = bundle;
  const whole = options.hashFile === true ? createHash('sha256') : undefined;
  const reader = new CheckingReader(file, whole, options);
  if ((await reader.sha256(stubBytes)) !== manifest.stubSha256) {
    throw damaged(path, `its first ${stubBytes} bytes, the program that runs, are not those that were signed`);
  }
  // Manifest and signature were read and compared when the bundle was opened.
  await reader.sha256(payloadStart - stubBytes);
  for (const member of manifest.members) await checkMember(reader, member, path);
  await reader.expect(Buffer.alloc(closingBytes), 'the end of the tar');
  return { path, manifest, key, trustedComment, ...(whole === undefined ? {} : { fileSha256: whole.digest('hex') }) };
}

async function checkMember(reader: CheckingReader, member: Member, path: string): Promise<void> {
  await reader.expect(tarHead(member.path, member.size), `the header of ${member.path}`);
  if ((await reader.sha256(member.size)) !== member.sha256) {
    throw damaged(path, `${member.path} does not have the SHA-256 that ${manifestPath} states`);
  }
  await reader.expect(Buffer.alloc(paddingOf(member.size)), `the padding behind ${member.path}`);
}

const bufferBytes = 4 * 1024 * 1024;

/** Reads the file front to back, one part being hashed while the next is being read. */
class CheckingReader {
  readonly #file: BundleFile;
  readonly #whole: Hash | undefined;
  readonly #options: Omit<VerifyBundleOptions, 'trustedKeys'>;
  readonly #buffers: readonly [Buffer, Buffer];
  #turn: 0 | 1 = 0;
  #current: Buffer = Buffer.alloc(0);
  #used = 0;
  #doneBytes = 0;
  #fetchedBytes = 0;
  #next: Promise<Buffer> | undefined;

  constructor(file: BundleFile, whole: Hash | undefined, options: Omit<VerifyBundleOptions, 'trustedKeys'>) {
    this.#file = file;
    this.#whole = whole;
    const size = Math.min(bufferBytes, file.length);
    this.#buffers = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)];
    this.#options = options;
  }

  /** Hashes the next bytes of the file. */
  async sha256(lengthBytes: number): Promise<string> {
    const hash = createHash('sha256');
    for (let left = lengthBytes; left > 0; ) {
      const chunk = await this.#take(left);
      hash.update(chunk);
      left -= chunk.length;
    }
    return hash.digest('hex');
  }

  /** Demands that the next bytes are exactly these. */
  async expect(expected: Buffer, what: string): Promise<void> {
    for (let compared = 0; compared < expected.length; ) {
      const chunk = await this.#take(expected.length - compared);
      if (!chunk.equals(expected.subarray(compared, compared + chunk.length))) {
        throw damaged(this.#file.path, `${what} is not as it must be`);
      }
      compared += chunk.length;
    }
  }

  async #take(atMost: number): Promise<Buffer> {
    if (this.#used === this.#current.length) await this.#advance();
    const chunk = this.#current.subarray(this.#used, this.#used + atMost);
    this.#used += chunk.length;
    return chunk;
  }

  async #advance(): Promise<void> {
    if (this.#options.cancel?.aborted === true) throw new SealiftError('CANCELLED');
    const part = await (this.#next ?? this.#fetch());
    if (part.length === 0) throw damaged(this.#file.path, 'it ends inside of its content');
    this.#current = part;
    this.#used = 0;
    this.#doneBytes += part.length;
    this.#whole?.update(part);
    this.#next = this.#fetch();
    // A failed read is reported when its part is asked for; until then it must not end the process.
    this.#next.catch(() => undefined);
    this.#options.onProgress?.(this.#doneBytes, this.#file.length);
  }

  async #fetch(): Promise<Buffer> {
    const start = this.#fetchedBytes;
    const buffer = this.#buffers[this.#turn].subarray(0, Math.min(bufferBytes, this.#file.length - start));
    this.#turn = this.#turn === 0 ? 1 : 0;
    this.#fetchedBytes += buffer.length;
    await readFully(this.#file, buffer, start);
    return buffer;
  }
}
