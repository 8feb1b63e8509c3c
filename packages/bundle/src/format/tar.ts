import { blockBytes, paddingOf } from '@sealift/io/tar-block';

/**
 * The one tar that a bundle may hold (POSIX.1-2017 pax, ustar headers): regular files, mode 0644, no owner, no time. Reader
 * and writer make every header, padding and closing block with these functions; the reader compares them byte for
 * byte, so nothing can hide between the files.
 */

/** What ends a tar: two blocks of zeros. */
export const closingBytes = 2 * blockBytes;
/** The largest size that a ustar header can state: eleven octal digits. */
const maxUstarSize = 0o77777777777;

/** What stands before a file's content: its header, and before that a pax header where ustar cannot state the size. */
export function tarHead(path: string, sizeBytes: number): Buffer {
  if (sizeBytes <= maxUstarSize) return ustarHeader(path, sizeBytes, '0');
  const record = Buffer.from(paxRecord('size', String(sizeBytes)));
  return Buffer.concat([
    ustarHeader(`PaxHeaders/${path}`, record.length, 'x'),
    record,
    Buffer.alloc(paddingOf(record.length)),
    ustarHeader(path, sizeBytes, '0'),
  ]);
}

/** Length of `tarHead`, without making it. */
export function tarHeadBytes(sizeBytes: number): number {
  return sizeBytes <= maxUstarSize ? blockBytes : 3 * blockBytes;
}

/** Where the last of these files' padding ends, when they stand one after the other. */
export function placeEnd(files: readonly { readonly size: number }[]): number {
  return files.reduce((end, { size }) => end + tarHeadBytes(size) + size + paddingOf(size), 0);
}

function ustarHeader(path: string, size: number, type: '0' | 'x'): Buffer {
  if (!/^[\x21-\x7e]{1,100}$/.test(path)) throw new TypeError(`not a path a bundle may hold: ${path}`);
  const header = Buffer.alloc(blockBytes);
  header.write(path, 0, 'latin1');
  header.write('0000644\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  writeSize(header, size);
  header.write('00000000000\0', 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write(type, 156, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  header.write('0000000\0', 329, 'latin1');
  header.write('0000000\0', 337, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** Octal digits; beyond what they hold, the binary number that readers without pax expect (GNU tar manual, "Extensions"). */
function writeSize(header: Buffer, size: number): void {
  if (size <= maxUstarSize) {
    header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    return;
  }
  header.writeUInt8(0x80, 124);
  header.writeBigUInt64BE(BigInt(size), 128);
}

/** `<length> <key>=<value>\n`, the length counting itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length += 1;
  return `${length}${rest}`;
}
