import type { FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import { archiveInvalid } from './archive-invalid.ts';

/** More members than any archive of images has. */
export const memberLimit = 100_000;

const blockBytes = 512;
/** Of a pax record or a long name. */
const extensionLimitBytes = 64 * 1024;

/** A member as its headers describe it; nothing of it has been checked but the header's own sum. */
export interface TarMember {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symbolic-link' | 'hard-link';
  readonly linkName: string;
  /** Of its content in the archive, in bytes. */
  readonly offset: number;
  readonly size: number;
}

/**
 * Reads a tar's headers and skips its content: ustar and pax (POSIX.1-2017, pax, "ustar Interchange Format"), GNU's long names
 * and base-256 sizes. Devices, sparse files and unknown kinds are refused.
 *
 * @throws IMAGE_ARCHIVE_INVALID
 */
export async function* readMembers(file: FileHandle, path: string): AsyncGenerator<TarMember, void, undefined> {
  const total = (await file.stat()).size;
  const reader = new BlockReader(file, path, total);
  let extended: Extension = {};
  for (let at = 0; at < total; ) {
    if (at === 0) refuseCompressed(await reader.read(0, Math.min(4, total)), path);
    const block = await reader.read(at, blockBytes);
    if (block.every((byte) => byte === 0)) return;
    const header = readHeader(block, path);
    const size = extended.size ?? header.size;
    const offset = at + blockBytes;
    if (offset + size > total) throw archiveInvalid(path, 'it ends in the middle of a member');
    at = offset + Math.ceil(size / blockBytes) * blockBytes;
    if (isExtension(header.type)) {
      if (size > extensionLimitBytes) throw archiveInvalid(path, 'a member has a header of more than 64 KiB');
      extended = { ...extended, ...readExtension(header.type, await reader.read(offset, size), path) };
      continue;
    }
    const kind = kinds[header.type];
    if (kind === undefined) throw archiveInvalid(path, `it holds a member of the kind ${JSON.stringify(header.type)}`);
    yield { name: extended.name ?? header.name, kind, linkName: extended.linkName ?? header.linkName, offset, size };
    extended = {};
  }
}

/** Where a link leads, as a path of the archive. @throws IMAGE_ARCHIVE_INVALID when that is outside */
export function linkTarget(name: string, linkName: string, kind: TarMember['kind'], path: string): string {
  const target = posix.normalize(kind === 'hard-link' ? linkName : posix.join(posix.dirname(name), linkName));
  const outside = linkName.startsWith('/') || target === '..' || target.startsWith('../') || /\p{Cc}/u.test(linkName);
  if (outside) throw archiveInvalid(path, `the link ${JSON.stringify(name.slice(0, 100))} leads out of it`);
  return target;
}

const kinds: Readonly<Record<string, TarMember['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'symbolic-link',
  '5': 'directory',
};

interface Extension {
  readonly name?: string;
  readonly linkName?: string;
  readonly size?: number;
}

function isExtension(type: string): boolean {
  return 'xgLK'.includes(type);
}

function readExtension(type: string, content: Buffer, path: string): Extension {
  const text = content.toString('utf8');
  if (type === 'g') return {};
  const upToNul = text.split('\0', 1)[0] ?? '';
  if (type === 'L') return { name: upToNul };
  if (type === 'K') return { linkName: upToNul };
  return readPax(content, path);
}

/** Records of the form `<length> <key>=<value>\n`, the length in bytes and counting itself. */
function readPax(content: Buffer, path: string): Extension {
  const bad = (): Error => archiveInvalid(path, 'a pax header is malformed');
  let extension: Extension = {};
  for (let at = 0; at < content.length; ) {
    const [digits] = /^[1-9][0-9]{0,6} /.exec(content.toString('latin1', at, at + 8)) ?? [];
    if (digits === undefined) throw bad();
    const end = at + Number(digits);
    const record = content.toString('utf8', at + digits.length, end - 1);
    const equals = record.indexOf('=');
    if (end > content.length || content[end - 1] !== 0x0a || equals < 1) throw bad();
    const key = record.slice(0, equals);
    const value = record.slice(equals + 1);
    if (key === 'path') extension = { ...extension, name: value };
    if (key === 'linkpath') extension = { ...extension, linkName: value };
    if (key === 'size') {
      if (!/^[0-9]{1,15}$/.test(value)) throw bad();
      extension = { ...extension, size: Number(value) };
    }
    if (key.startsWith('GNU.sparse.')) throw archiveInvalid(path, 'it holds a sparse file');
    at = end;
  }
  return extension;
}

function readHeader(block: Buffer, path: string) {
  const text = (start: number, length: number): string => {
    const field = block.subarray(start, start + length);
    const end = field.indexOf(0);
    return field.toString('utf8', 0, end < 0 ? length : end);
  };
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  if (readNumber(block, 148, 8) !== sum) throw archiveInvalid(path, 'it is not a tar, or damaged');
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? text(345, 155) : '';
  const size = readNumber(block, 124, 12);
  if (size === undefined) throw archiveInvalid(path, 'a member has no size');
  return {
    name: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    size,
    type: String.fromCharCode(block[156] ?? 0),
    linkName: text(157, 100),
  };
}

/** A number in octal, or in binary behind a high bit as GNU writes what octal can't hold. */
function readNumber(block: Buffer, start: number, length: number): number | undefined {
  if ((block[start] ?? 0) === 0x80) {
    const value = block.subarray(start + 1, start + length).reduce((total, byte) => total * 256 + byte, 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const [, digits] = /^ *([0-7]+)[\0 ]*$/.exec(block.toString('latin1', start, start + length)) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
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

/** Reads small pieces at growing places; headers of small members come out of one read. */
class BlockReader {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #total: number;
  readonly #window = Buffer.alloc(128 * 1024);
  #start = 0;
  #length = 0;

  constructor(file: FileHandle, path: string, total: number) {
    this.#file = file;
    this.#path = path;
    this.#total = total;
  }

  async read(at: number, length: number): Promise<Buffer> {
    if (at + length > this.#total) throw archiveInvalid(this.#path, 'it ends in the middle of a header');
    if (at < this.#start || at + length > this.#start + this.#length) {
      // Where headers stand far apart there is no use in what lies between them.
      const near = at - this.#start - this.#length < this.#window.length;
      const wanted = near ? this.#window.length : Math.max(length, 4096);
      const { bytesRead } = await this.#file.read(this.#window, 0, wanted, at);
      this.#start = at;
      this.#length = bytesRead;
      if (bytesRead < length) throw archiveInvalid(this.#path, 'it was cut while it was read');
    }
    const from = at - this.#start;
    return Buffer.from(this.#window.subarray(from, from + length));
  }
}
