import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { isMissing } from '@sealift/io/file-errors';

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** Longer than a key in Base64 with any white space around it. */
const longestFile = 256;

/** The name of the key's file in a data folder. */
export const secretKeyName = 'secret-key';

/** Where the key of the stored secrets is. */
export interface SecretKeyPlace {
  readonly path: string;
  /** Whether it may be made there: not where it was named, as it has to be the same for every console of a database. */
  readonly mayBeMade: boolean;
}

/** Keys being made by this process: two at once would replace one that something is sealed with. */
const making = new Map<string, Promise<Buffer>>();

/** The key that secrets of the store are sealed with: AES-256-GCM (NIST SP 800-38D), a new nonce for each sealing. */
export class SecretKey {
  /** Tells keys apart, and says nothing of the key. */
  readonly id: string;
  readonly #key: Buffer;

  private constructor(key: Buffer) {
    this.#key = key;
    this.id = createHash('sha256').update('sealift secret key\0').update(key).digest('hex').slice(0, 16);
  }

  /**
   * Reads the key; makes one where there is none and it may be made. The caller holds the lock of the folder.
   *
   * @throws SECRET_KEY_INVALID, FILE_UNWRITABLE
   */
  static async open({ path, mayBeMade }: SecretKeyPlace): Promise<SecretKey> {
    const found = await readKey(path);
    if (found !== undefined) return new SecretKey(found);
    if (!mayBeMade) throw invalid(path, 'there is no such file');
    const made = making.get(path) ?? makeKey(path).finally(() => making.delete(path));
    making.set(path, made);
    return new SecretKey(await made);
  }

  /** @param about what the text belongs to: it can be read only together with exactly that */
  seal(text: string, about: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(about));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /**
   * A key of 32 bytes for one use alone (HKDF with SHA-256, RFC 5869), from which nobody learns this one.
   *
   * @param salt new for each key
   * @param about what it is for: bound to it
   */
  derive(salt: Uint8Array, about: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#key, salt, about, keyBytes));
  }

  /** @returns undefined where it was sealed with another key or about something else, or was changed */
  open(sealed: string, about: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64');
    if (bytes.length < nonceBytes + tagBytes) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    try {
      const text = decipher.update(bytes.subarray(nonceBytes + tagBytes));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }
}

async function makeKey(path: string): Promise<Buffer> {
  // It may have been made since it was looked for.
  const found = await readKey(path);
  if (found !== undefined) return found;
  const key = randomBytes(keyBytes);
  await writeFileAtomically(path, `${key.toString('base64')}\n`, 0o600);
  return key;
}

/** @returns undefined where there is no file */
async function readKey(path: string): Promise<Buffer | undefined> {
  let text: string;
  try {
    const { mode, size } = await stat(path);
    if ((mode & 0o007) !== 0) throw invalid(path, 'everybody on this machine can read it');
    if (size > longestFile) throw invalid(path, 'it is too large');
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error instanceof SealiftError ? error : invalid(path, reasonOf(error));
  }
  const key = Buffer.from(text, 'base64');
  if (key.length !== keyBytes || key.toString('base64') !== text) throw invalid(path, 'it is not 32 bytes in Base64');
  return key;
}

function invalid(path: string, reason: string): SealiftError {
  return new SealiftError('SECRET_KEY_INVALID', { values: { path, reason } });
}
