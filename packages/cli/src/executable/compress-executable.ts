import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { makeFolder } from '@sealift/io/make-folder';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { countPassed } from '@sealift/oci/young-garbage';

const chunkBytes = 1024 * 1024;
/** Several of them are on their way through the stream at a time. */
const streamBytes = 256 * 1024;

/**
 * Compresses an executable as bundles carry it, and keeps the result: compressing takes longer than all else in a bundle of
 * a gibibyte. Equal programs give equal bytes: no name and no time are in the stream's header.
 *
 * @param env `XDG_CACHE_HOME` says where results are kept (XDG Base Directory Specification)
 * @returns the path of the compressed one
 * @throws FILE_UNWRITABLE
 */
export async function compressExecutable(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const cache = join(env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? homedir(), '.cache'), 'sealift');
  try {
    makeFolder(cache);
    const prefix = `compressed-${(await sha256Of(path)).slice(0, 32)}-`;
    const known = (await readdir(cache)).find((name) => name.startsWith(prefix));
    if (known !== undefined && known === nameOf(prefix, await sha256Of(join(cache, known)))) return join(cache, known);
    const temporary = join(cache, `.compressing-${randomUUID()}`);
    try {
      await pipeline(
        createReadStream(path, { highWaterMark: streamBytes }),
        counted,
        createGzip({ level: 4, chunkSize: streamBytes }),
        createWriteStream(temporary, { flags: 'wx' }),
      );
      const compressed = join(cache, nameOf(prefix, await sha256Of(temporary)));
      await rename(temporary, compressed);
      return compressed;
    } finally {
      await rm(temporary, { force: true });
    }
  } catch (error) {
    const reason = reasonOf(error);
    const hint = 'Set XDG_CACHE_HOME to a folder with 100 MB of room that you can write.';
    throw new SealiftError('FILE_UNWRITABLE', { values: { path: cache, reason }, place: cache, hint, cause: error });
  }
}

/** The hash in the name tells a result that was damaged later from a whole one. */
function nameOf(prefix: string, sha256: string): string {
  return `${prefix}${sha256.slice(0, 32)}.gz`;
}

/** Reads into one buffer: a stream would leave a new one for each part. */
async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(chunkBytes);
  await using file = await open(path, 'r');
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, null);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
  }
}

async function* counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunks) {
    countPassed(chunk.length);
    yield chunk;
  }
}
