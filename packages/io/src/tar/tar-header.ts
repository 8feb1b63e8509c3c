/** Makes the error of a tar that is not as it should be. */
export type RefuseTar = (reason: string) => Error;

/** What one header block states; nothing of it has been checked but its own sum. */
export interface TarHeader {
  readonly name: string;
  readonly linkName: string;
  /** The type flag, one character. */
  readonly type: string;
  readonly sizeBytes: number;
}

/** Reads a header block: ustar (POSIX.1-2017, pax, "ustar Interchange Format"), its forerunner v7, and GNU's binary sizes. */
export function readHeader(block: Buffer, refuse: RefuseTar): TarHeader {
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  if (numberAt(block, 148, 8) !== sum) throw refuse('it is not a tar, or damaged');
  const sizeBytes = numberAt(block, 124, 12);
  if (sizeBytes === undefined) throw refuse('a member has no valid size');
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? textAt(block, 345, 155) : '';
  const name = textAt(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: textAt(block, 157, 100),
    type: String.fromCharCode(block[156] ?? 0),
    sizeBytes,
  };
}

/** Up to the first NUL, or all of the field. */
function textAt(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

/** A number in octal, or in binary behind a high bit as GNU writes what octal can't hold. A field left empty is 0. */
function numberAt(block: Buffer, start: number, length: number): number | undefined {
  if ((block[start] ?? 0) === 0x80) {
    const value = block.subarray(start + 1, start + length).reduce((total, byte) => total * 256 + byte, 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const [, digits] = /^ *([0-7]*)[\0 ]*$/.exec(block.toString('latin1', start, start + length)) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits || '0', 8);
}
