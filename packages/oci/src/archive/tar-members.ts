import type { FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import { paddingOf } from '@sealift/io/tar-block';
import { nextTarMember, type TarMember } from '@sealift/io/tar-member';
import { archiveInvalid } from './archive-invalid.ts';
import { TarFileCursor } from './tar-file-cursor.ts';

/** More members than any archive of images has. */
export const memberLimit = 100_000;

/** A member and where its content stands in the archive, in bytes. */
export interface PlacedMember extends TarMember {
  readonly offset: number;
}

/**
 * Reads a tar's headers and skips its content.
 *
 * @throws IMAGE_ARCHIVE_INVALID
 */
export async function* readMembers(file: FileHandle, path: string): AsyncGenerator<PlacedMember, void, undefined> {
  const total = (await file.stat()).size;
  const cursor = new TarFileCursor(file, path, total);
  refuseCompressed(await cursor.read(Math.min(4, total)), path);
  cursor.seek(0);
  // An archive without the blocks of zeros that should end it is taken, as tar takes it.
  while (cursor.position < total) {
    const member = await nextTarMember(cursor, (reason) => archiveInvalid(path, reason));
    if (member === undefined) return;
    const offset = cursor.position;
    const end = offset + member.sizeBytes;
    if (end > total) throw archiveInvalid(path, 'it ends in the middle of a member');
    yield { ...member, offset };
    cursor.seek(end + paddingOf(end));
  }
}

/** Where a link leads, as a path of the archive. @throws IMAGE_ARCHIVE_INVALID when that is outside */
export function linkTarget(name: string, linkName: string, kind: TarMember['kind'], path: string): string {
  const target = posix.normalize(kind === 'hard-link' ? linkName : posix.join(posix.dirname(name), linkName));
  const outside = linkName.startsWith('/') || target === '..' || target.startsWith('../') || /\p{Cc}/u.test(linkName);
  if (outside) throw archiveInvalid(path, `the link ${JSON.stringify(name.slice(0, 100))} leads out of it`);
  return target;
}

const compressions: readonly (readonly [string, string])[] = [
  ['1f8b', 'gzip'],
  ['28b52ffd', 'zstd'],
  ['fd377a58', 'xz'],
  ['425a68', 'bzip2'],
];

function refuseCompressed(block: Buffer, path: string): void {
  const start = block.toString('hex');
  const found = compressions.find(([magic]) => start.startsWith(magic));
  if (found !== undefined)
    throw archiveInvalid(path, `it is compressed with ${found[1]}; unpack it to a plain tar first`);
}
