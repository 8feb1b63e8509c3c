import { createHash, type Hash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@sealift/io/make-folder';
import { SealiftError } from '@sealift/core/errors';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { hasCode } from '@sealift/io/file-errors';
import { fileSize } from '@sealift/io/file-size';
import { syncFolder } from '@sealift/io/sync-folder';
import { writeAll } from '@sealift/io/write-all';
import { algorithmOf, type ContentDigest, type DigestAlgorithm } from './content-digest.ts';
import { namesIn, readRecord } from './files.ts';
import type { StoragePaths } from './paths.ts';
import type { Quota } from './quota.ts';
import type { TurnLock } from './turn-lock.ts';

/**
 * Upload sessions: bytes are hashed while they are written, and become a blob only when they are whole and right. What a
 * cut line left stays, so that the client can go on there, also after a restart (the hash is then made again from the file).
 */
export class UploadStore {
  readonly #paths: StoragePaths;
  /** Hashes of sessions written to by this process, with how many bytes each has seen. */
  readonly #hashes = new Map<string, { readonly hash: Hash; bytes: number }>();
  readonly #busy = new Set<string>();
  readonly #quota: Quota;
  readonly #limit: number;

  readonly #files: TurnLock;
  readonly #onWritten: (digest: ContentDigest) => void;

  /**
   * @param files turns at blobs, by digest
   * @param onWritten told of each blob that came, whole and right
   * @param limit the most sessions at a time; each keeps a folder and what it holds until it ends or has rested too long
   */
  constructor(
    paths: StoragePaths,
    quota: Quota,
    files: TurnLock,
    onWritten: (digest: ContentDigest) => void,
    limit = 1000,
  ) {
    this.#limit = limit;
    this.#onWritten = onWritten;
    this.#paths = paths;
    this.#files = files;
    this.#quota = quota;
  }

  /** Begins a session for a repository. @returns its id @throws UPLOAD_LIMIT, STORAGE_FULL */
  async start(repository: string): Promise<string> {
    this.#paths.repository(repository);
    const count = (await namesIn(this.#paths.uploads))?.length ?? 0;
    if (count >= this.#limit) throw new SealiftError('UPLOAD_LIMIT', { values: { limit: this.#limit } });
    const id = randomUUID();
    const folder = this.#paths.upload(id);
    try {
      makeFolder(folder);
      await (await open(join(folder, 'data'), 'wx')).close();
      await writeFileAtomically(join(folder, 'repository'), repository);
    } catch (error) {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      throw asStorageError(error, this.#paths.root);
    }
    return id;
  }

  /** How many bytes the session holds, or undefined when the repository has no such session. */
  async offset(repository: string, id: string): Promise<number | undefined> {
    const folder = this.#paths.upload(id);
    const owner = await readRecord(join(folder, 'repository'));
    if (owner?.toString('utf8') !== repository) return undefined;
    return await fileSize(join(folder, 'data'));
  }

  /**
   * Writes a piece at the session's end.
   *
   * @param announced how many bytes are to come, as far as it is known: too many are refused before they are read
   * @returns the bytes the session holds now
   * @throws UPLOAD_UNKNOWN, UPLOAD_BUSY, STORAGE_FULL, STORAGE_QUOTA_EXCEEDED, or what the chunks themselves failed with (what came before stays)
   */
  async append(repository: string, id: string, chunks: AsyncIterable<Uint8Array>, announced = 0): Promise<number> {
    this.#quota.demand(announced);
    return await this.#alone(repository, id, async (path) => (await this.#write(id, path, chunks)).bytes);
  }

  /**
   * Writes the last piece and makes the session a blob.
   *
   * @throws CONTENT_DIGEST_MISMATCH (the session is gone then), UPLOAD_UNKNOWN, UPLOAD_BUSY, STORAGE_FULL
   */
  async finish(
    repository: string,
    id: string,
    digest: ContentDigest,
    chunks: AsyncIterable<Uint8Array>,
    announced = 0,
  ): Promise<void> {
    this.#quota.demand(announced);
    await this.#alone(repository, id, async (path) => {
      const { hash } = await this.#write(id, path, chunks, true);
      const actual = await finalDigest(path, hash, algorithmOf(digest));
      if (actual !== digest) {
        await this.#remove(id);
        throw new SealiftError('CONTENT_DIGEST_MISMATCH', { values: { expected: digest, actual } });
      }
      const blobs = this.#paths.blobs(algorithmOf(digest));
      makeFolder(blobs);
      const replaced = (await fileSize(this.#paths.blob(digest))) ?? 0;
      await this.#files.shared(digest, () => rename(path, this.#paths.blob(digest)));
      this.#onWritten(digest);
      this.#quota.give(replaced);
      await syncFolder(blobs);
      await this.#remove(id);
    });
  }

  /** Ends a session without a blob. @returns false when there was none */
  async cancel(repository: string, id: string): Promise<boolean> {
    if ((await this.offset(repository, id)) === undefined) return false;
    await this.#alone(repository, id, () => this.#remove(id));
    return true;
  }

  /** Removes a session that has rested too long, unless somebody writes to it just now. */
  async expire(id: string): Promise<boolean> {
    if (this.#busy.has(id)) return false;
    await this.#remove(id);
    return true;
  }

  async #remove(id: string): Promise<void> {
    this.#hashes.delete(id);
    const folder = this.#paths.upload(id);
    this.#quota.give((await fileSize(join(folder, 'data'))) ?? 0);
    await rm(folder, { recursive: true, force: true });
  }

  async #write(
    id: string,
    path: string,
    chunks: AsyncIterable<Uint8Array>,
    last = false,
  ): Promise<{ readonly hash: Hash; bytes: number }> {
    const state = await this.#hashOf(id, path);
    const file = await open(path, 'r+');
    try {
      await appendTo(file, state, chunks, this.#quota);
      if (last) await file.sync();
    } finally {
      await file.close();
    }
    return state;
  }

  async #hashOf(id: string, path: string): Promise<{ readonly hash: Hash; bytes: number }> {
    const size = (await fileSize(path)) ?? 0;
    const known = this.#hashes.get(id);
    // After a failed write the file may hold more than the hash has seen.
    if (known !== undefined && known.bytes === size) return known;
    const state = await hashFile(path, 'sha256');
    this.#hashes.set(id, state);
    return state;
  }

  /** Two requests writing to one session at a time would mix their bytes. */
  async #alone<Result>(repository: string, id: string, work: (path: string) => Promise<Result>): Promise<Result> {
    if ((await this.offset(repository, id)) === undefined) throw new SealiftError('UPLOAD_UNKNOWN', { values: { id } });
    if (this.#busy.has(id)) throw new SealiftError('UPLOAD_BUSY', { values: { id } });
    this.#busy.add(id);
    try {
      return await work(join(this.#paths.upload(id), 'data'));
    } catch (error) {
      throw asStorageError(error, this.#paths.root);
    } finally {
      this.#busy.delete(id);
    }
  }
}

/** A session does not say beforehand by which algorithm its content will be addressed; SHA-256 is hashed on the way. */
async function finalDigest(path: string, sha256: Hash, algorithm: DigestAlgorithm): Promise<ContentDigest> {
  const hash = algorithm === 'sha256' ? sha256.copy() : (await hashFile(path, algorithm)).hash;
  return `${algorithm}:${hash.digest('hex')}`;
}

async function hashFile(path: string, algorithm: DigestAlgorithm): Promise<{ readonly hash: Hash; bytes: number }> {
  const state = { hash: createHash(algorithm), bytes: 0 };
  const file = await open(path, 'r');
  for await (const chunk of file.createReadStream({ highWaterMark: 1024 * 1024 }) as AsyncIterable<Uint8Array>) {
    state.hash.update(chunk);
    state.bytes += chunk.byteLength;
  }
  return state;
}

async function appendTo(
  file: FileHandle,
  state: { readonly hash: Hash; bytes: number },
  chunks: AsyncIterable<Uint8Array>,
  quota: Quota,
): Promise<void> {
  for await (const chunk of chunks) {
    quota.take(chunk.byteLength);
    try {
      await writeAll(file, chunk, state.bytes);
    } catch (error) {
      quota.give(chunk.byteLength);
      throw error;
    }
    state.hash.update(chunk);
    state.bytes += chunk.byteLength;
  }
}

function asStorageError(error: unknown, path: string): unknown {
  if (!hasCode(error, 'ENOSPC', 'EDQUOT')) return error;
  return new SealiftError('STORAGE_FULL', { values: { path }, cause: error });
}
