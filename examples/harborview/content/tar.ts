/** One file or folder of a tar; a folder's name ends in `/`. */
export interface TarEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Permission bits; 0644 for files and 0755 for folders unless given. */
  readonly mode?: number;
}

const blockBytes = 512;

/** A ustar archive (POSIX.1-1988) without owners or times, so that the same entries give the same bytes. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => [header(entry), entry.bytes, padding(entry.bytes.length)]);
  return Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)]);
}

function header(entry: TarEntry): Buffer {
  const folder = entry.name.endsWith('/');
  const block = Buffer.alloc(blockBytes);
  if (Buffer.byteLength(entry.name) > 100)
    throw new Error(`${entry.name}: longer than the 100 bytes a ustar name holds`);
  block.write(entry.name, 0);
  block.write(octal(entry.mode ?? (folder ? 0o755 : 0o644), 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(entry.bytes.length, 12), 124);
  block.write(octal(0, 12), 136);
  block.fill(' ', 148, 156);
  block.write(folder ? '5' : '0', 156);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148);
  return block;
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\u0000`;
}

function padding(size: number): Buffer {
  return Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
}
