import { paddingOf } from '@sealift/io/tar-block';
import { nextTarMember } from '@sealift/io/tar-member';
import type { ByteCursor } from './byte-cursor.ts';
import { checkedFileName, invalidOva, repackHint } from './invalid-ova.ts';

/** A file in a tar archive; its content begins where the cursor stands. */
export interface TarEntry {
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * Reads headers up to the next file. A package holds nothing else (DMTF DSP0243, "OVF package").
 *
 * @returns undefined at the end of the archive
 * @throws OVA_INVALID
 */
export async function nextEntry(cursor: ByteCursor, place: string): Promise<TarEntry | undefined> {
  // Some tools end the archive with its last file, without the padding and the two blocks of zeros that end a tar.
  if (await cursor.isAtEnd()) return undefined;
  await cursor.read(paddingOf(cursor.position));
  if (await cursor.isAtEnd()) return undefined;
  const member = await nextTarMember(cursor, (reason) => invalidOva(place, reason));
  if (member === undefined) return undefined;
  if (member.kind !== 'file') {
    throw invalidOva(place, `it holds a ${member.kind} and not files alone`, undefined, repackHint);
  }
  return { name: checkedFileName(member.name.replace(/^\.\//, ''), place), sizeBytes: member.sizeBytes };
}
