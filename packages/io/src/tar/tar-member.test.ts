import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockBytes, paddingOf } from './tar-block.ts';
import { nextTarMember, type TarMember, type TarSource } from './tar-member.ts';

const gib = 1024 ** 3;
/** What a tar is refused with, so that it is told from any other failure. */
class Refused extends Error {}
const refuse = (reason: string): Error => new Refused(reason);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-tar-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A source over a way to read; counts what was read. */
function sourceOf(sizeBytes: number, readAt: (position: number, length: number) => Buffer) {
  const source = {
    position: 0,
    readBytes: 0,
    async read(lengthBytes: number): Promise<Buffer> {
      if (source.position + lengthBytes > sizeBytes) throw refuse('it ends early');
      const bytes = readAt(source.position, lengthBytes);
      source.position += lengthBytes;
      source.readBytes += lengthBytes;
      return bytes;
    },
  };
  return source;
}

const inMemory = (bytes: Buffer) => sourceOf(bytes.length, (at, length) => bytes.subarray(at, at + length));

async function membersOf(source: TarSource & { position: number }): Promise<TarMember[]> {
  const members: TarMember[] = [];
  for (;;) {
    const member = await nextTarMember(source, refuse);
    if (member === undefined) return members;
    members.push(member);
    source.position += member.sizeBytes;
  }
}

/** A header, or one that is not as it should be. */
function header(name: string, size: number | string | Buffer, type = '0'): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0);
  if (Buffer.isBuffer(size)) size.copy(block, 124);
  else block.write(typeof size === 'string' ? size : `${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('        ', 148);
  block.write(type, 156);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const padded = (text: string): Buffer =>
  Buffer.concat([Buffer.from(text), Buffer.alloc(paddingOf(Buffer.byteLength(text)))]);
const extension = (type: string, text: string): Buffer =>
  Buffer.concat([header('x', Buffer.byteLength(text), type), padded(text)]);
const end = Buffer.alloc(2 * blockBytes);

describe('reading a tar', () => {
  it.each(['v7', 'ustar', 'gnu', 'pax'])('finds what tar writes as %s', async (format) => {
    mkdirSync(join(folder, 'in', 'a'), { recursive: true });
    writeFileSync(join(folder, 'in', 'a', 'file'), 'x'.repeat(700));
    symlinkSync('file', join(folder, 'in', 'a', 'link'));
    const tar = execFileSync('tar', ['-C', join(folder, 'in'), `--format=${format}`, '--sort=name', '-cf', '-', 'a']);
    expect(await membersOf(inMemory(tar))).toEqual([
      { name: 'a/', kind: 'directory', linkName: '', sizeBytes: 0 },
      { name: 'a/file', kind: 'file', linkName: '', sizeBytes: 700 },
      { name: 'a/link', kind: 'symbolic-link', linkName: 'file', sizeBytes: 0 },
    ]);
  });

  it.each(['gnu', 'pax'])('finds long names and links that tar writes as %s', async (format) => {
    const long = `${'n'.repeat(120)}/${'é'.repeat(80)}`;
    mkdirSync(join(folder, 'n'.repeat(120)));
    writeFileSync(join(folder, long), '');
    symlinkSync(long, join(folder, 'link'));
    const tar = execFileSync('tar', ['-C', folder, `--format=${format}`, '-cf', '-', long, 'link']);
    expect(await membersOf(inMemory(tar))).toMatchObject([{ name: long }, { name: 'link', linkName: long }]);
  });

  it.each(['gnu', 'pax'])(
    'goes past a member of 9 GiB that tar writes as %s, and reads only headers',
    async (format) => {
      writeFileSync(join(folder, 'large'), '');
      truncateSync(join(folder, 'large'), 9 * gib);
      // tar alone would write the nine gibibytes out: of the end only what comes next is needed.
      const head = execFileSync('sh', ['-c', `tar -C "$0" --format=${format} -cf - large | head -c 2048`, folder]);
      const headBytes = format === 'gnu' ? 512 : 1536;
      const file = openSync(join(folder, 'tar'), 'w+');
      try {
        writeSync(file, head.subarray(0, headBytes));
        writeSync(file, Buffer.concat([header('next', 0), end]), 0, 512 + 1024, headBytes + 9 * gib);
        const source = sourceOf(headBytes + 9 * gib + 1536, (at, length) => {
          const bytes = Buffer.alloc(length);
          readSync(file, bytes, 0, length, at);
          return bytes;
        });
        expect(await membersOf(source)).toMatchObject([{ name: 'large', sizeBytes: 9 * gib }, { name: 'next' }]);
        expect(source.readBytes).toBeLessThan(8192);
      } finally {
        closeSync(file);
      }
    },
  );

  it('takes what an extended header says for one member alone', async () => {
    const tar = [extension('L', 'long\0'), header('short', 0), header('next', 0), end];
    expect((await membersOf(inMemory(Buffer.concat(tar)))).map(({ name }) => name)).toEqual(['long', 'next']);
  });

  it.each<[string, Buffer]>([
    ['a sum that is not right', Buffer.from(header('a', 0).map((byte, at) => (at === 0 ? byte + 1 : byte)))],
    ['bytes that are no header', Buffer.alloc(blockBytes, 7)],
    ['a size that is no number', header('a', '9'.repeat(11))],
    ['a negative size', header('a', Buffer.alloc(12, 0xff))],
    ['a size beyond what can be counted', header('a', Buffer.concat([Buffer.of(0x80), Buffer.alloc(11, 0xff)]))],
    ['a device', header('a', 0, '3')],
    ['a sparse file of GNU', header('a', 0, 'S')],
    ['a sparse file of pax', Buffer.concat([extension('x', '22 GNU.sparse.major=1\n'), header('a', 0)])],
    ['an extended header of more than 64 KiB', header('a', 64 * 1024 + 1, 'x')],
    ['extended headers without end', Buffer.concat(Array.from({ length: 20 }, () => extension('x', '7 a=b\n')))],
    ['a pax record that is longer than its header', extension('x', '99 path=a\n')],
    ['a pax record without its end', extension('x', '9 path=ab')],
    ['a pax record of no length', extension('x', '0 path=a\n')],
    ['a pax record without a key', extension('x', '6 =ab\n')],
    ['a pax size that is none', Buffer.concat([extension('x', '11 size=-1\n'), header('a', 0)])],
    ['an end in a header', header('a', 0).subarray(0, 100)],
    ['an end in an extended header', header('a', 600, 'x')],
  ])('refuses %s', async (_, tar) => {
    await expect(membersOf(inMemory(tar))).rejects.toThrow(Refused);
  });

  it('takes any bytes, or refuses them, and reads of them a bounded part', async () => {
    const whole = Buffer.concat([extension('x', '13 path=a/bc\n'), header('a', 3), padded('abc'), header('b', 0), end]);
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const tar = Buffer.from(whole);
        for (const [at, byte] of changes) tar[at] = byte;
        const source = inMemory(tar);
        await membersOf(source).catch((error: unknown) => expect(error).toBeInstanceOf(Refused));
        expect(source.readBytes).toBeLessThanOrEqual(tar.length);
      }),
    );
  });
});
