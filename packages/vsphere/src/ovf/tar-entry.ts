import type { ByteCursor } from './byte-cursor.ts';
import { checkedFileName, invalidOva } from './invalid-ova.ts';

/** A file in a tar archive; its content begins where the cursor stands. */
export interface TarEntry {
  readonly name: string;
  readonly sizeBytes: number;
}

const blockBytes = 512;
/** Long names and extended headers; nothing legitimate has more. */
const maxExtensionBytes = 64 * 1024;
const maxExtensions = 16;

/** How many bytes are missing to a whole block. */
function paddingOf(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
}

/**
 * Reads headers up to the next regular file (POSIX ustar and pax; GNU long names and sizes in base 256).
 *
 * @returns undefined at the end of the archive
 * @throws OVA_INVALID
 */
export async function nextEntry(cursor: ByteCursor, place: string): Promise<TarEntry | undefined> {
  const extended = new Map<string, string>();
  for (let extensions = 0; ; extensions += 1) {
    await cursor.read(paddingOf(cursor.position));
    const at = cursor.position;
    const header = await cursor.read(blockBytes);
    if (header.every((byte) => byte === 0)) return undefined;
    checkSum(header, place, at);
    const kind = String.fromCharCode(header[156] ?? 0);
    const stated = numberAt(header, 124, 12, place);
    if (kind === '0' || kind === '\0' || kind === '7') {
      const size = extended.has('size') ? Number(extended.get('size')) : stated;
      if (!Number.isSafeInteger(size) || size < 0) throw invalidOva(place, 'a file in it has no valid size');
      return { name: checkedFileName(extended.get('path') ?? ustarName(header), place), sizeBytes: size };
    }
    if (!'xgLK'.includes(kind)) throw invalidOva(place, `it holds something else than files (tar type ${kind})`);
    if (stated > maxExtensionBytes || extensions === maxExtensions)
      throw invalidOva(place, 'a header in it is too long');
    const content = await cursor.read(stated);
    if (kind === 'L') extended.set('path', content.toString('utf8').replace(/\0.*$/s, ''));
    if (kind === 'x') for (const [key, value] of paxRecords(content, place)) extended.set(key, value);
  }
}

function checkSum(header: Buffer, place: string, at: number): void {
  let sum = 0;
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte;
  if (sum !== numberAt(header, 148, 8, place)) throw invalidOva(place, `there is no tar header at byte ${at}`);
}

function numberAt(header: Buffer, offset: number, length: number, place: string): number {
  const field = header.subarray(offset, offset + length);
  if ((field[0] ?? 0) & 0x80) {
    // Base 256, big-endian; what does not fit a safe integer is no size of a file.
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, (field[0] ?? 0) & 0x7f);
    if (Number.isSafeInteger(value)) return value;
  }
  const text = field
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
    .trimStart();
  if (/^[0-7]{0,12}$/.test(text)) return text === '' ? 0 : Number.parseInt(text, 8);
  throw invalidOva(place, 'a tar header in it has a field that is no number');
}

function ustarName(header: Buffer): string {
  const text = (offset: number, length: number): string =>
    header.toString('utf8', offset, offset + length).replace(/\0.*$/s, '');
  const prefix = header.toString('latin1', 257, 262) === 'ustar' && header[263] === 0x30 ? text(345, 155) : '';
  const name = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
  return name.replace(/^\.\//, '');
}

/** `length key=value\n` each (POSIX pax, "pax Extended Header"). */
function* paxRecords(content: Buffer, place: string): Generator<[string, string]> {
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(content.toString('latin1', at, space));
    const record = content.toString('utf8', space + 1, at + length);
    const equals = record.indexOf('=');
    if (
      !Number.isInteger(length) ||
      length < 5 ||
      at + length > content.length ||
      equals < 1 ||
      !record.endsWith('\n')
    ) {
      throw invalidOva(place, 'an extended header in it is not valid');
    }
    const key = record.slice(0, equals);
    const value = record.slice(equals + 1, -1);
    if (key === 'size' && !/^\d{1,15}$/.test(value)) throw invalidOva(place, 'an extended header states no valid size');
    if (key === 'size' || key === 'path') yield [key, key === 'path' ? value.replace(/^\.\//, '') : value];
    at += length;
  }
}
