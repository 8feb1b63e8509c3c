import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { hasCode, isMissing } from '@sealift/io/file-errors';

/** Where files are, in an address. */
export const basePath = '/bundles/';

const part = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$/;

/**
 * The name of a file out of an address: one part, or a folder and one. Names that begin with a dot belong to nobody who asks.
 *
 * @param path decoded, without `basePath`
 * @throws FILES_NAME_REFUSED
 */
export function servedName(path: string): string {
  const parts = path.split('/');
  if (parts.length <= 2 && parts.every((one) => part.test(one))) return path;
  throw new SealiftError('FILES_NAME_REFUSED', { values: { name: JSON.stringify(path.slice(0, 100)) } });
}

/** A file that is given out, with what tells it from another of its name. */
export interface OpenFile extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  /** A strong validator (RFC 9110, section 8.8.3): another file has another, and so has this one once it was written to. */
  readonly etag: string;
  readonly modified: Date;
}

/** Opens a file of a folder; undefined where there is none, or where a link leads out of it. */
export async function openServed(folder: string, name: string): Promise<OpenFile | undefined> {
  try {
    const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, name))]);
    const inside = relative(root, path);
    if (inside === '' || inside.startsWith(`..${sep}`) || inside === '..') return undefined;
    // A pipe would keep whoever opens it waiting.
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    return await describe(handle);
  } catch (error) {
    if (isMissing(error) || hasCode(error, 'ELOOP', 'ENAMETOOLONG', 'EACCES', 'ENXIO')) return undefined;
    throw error;
  }
}

async function describe(handle: FileHandle): Promise<OpenFile | undefined> {
  try {
    const found = await handle.stat({ bigint: true });
    if (found.isFile()) {
      const { dev, ino, size, mtimeNs, ctimeNs } = found;
      const mark = createHash('sha256').update([dev, ino, size, mtimeNs, ctimeNs].join(' ')).digest('hex');
      return {
        handle,
        sizeBytes: Number(size),
        etag: `"${mark.slice(0, 32)}"`,
        modified: found.mtime,
        [Symbol.asyncDispose]: () => handle.close(),
      };
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}
