import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openSealedStream, SealedStreamDamaged, sealStream } from './sealed-stream.ts';

const key = randomBytes(32);
const chunk = 64 * 1024;
const sealed = chunk + 16;

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function whole(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

const seal = (bytes: Uint8Array, by = key): Promise<Buffer> => whole(sealStream(inPieces(bytes, 10_000), by));
const open = (bytes: Uint8Array, by = key): Promise<Buffer> => whole(openSealedStream(inPieces(bytes, 9_999), by));

describe('a sealed stream', () => {
  it.each([0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 200_000])('opens as it was: %d bytes', async (length) => {
    const bytes = randomBytes(length);
    const made = await seal(bytes);
    expect(made.length).toBe(length + 16 * Math.max(1, Math.ceil(length / chunk)));
    expect((await open(made)).equals(bytes)).toBe(true);
  });

  it('opens with no other key', async () => {
    await expect(open(await seal(Buffer.from('text')), randomBytes(32))).rejects.toThrow(SealedStreamDamaged);
  });

  it('hands on nothing of a chunk that is not proven', async () => {
    const made = await seal(randomBytes(3 * chunk));
    made[2 * sealed + 5] = (made[2 * sealed + 5] ?? 0) ^ 1;
    let got = 0;
    const reading = (async () => {
      for await (const some of openSealedStream(inPieces(made, 50_000), key)) got += some.length;
    })();
    await expect(reading).rejects.toMatchObject({ chunk: 2 });
    expect(got).toBe(2 * chunk);
  });

  it.each([
    ['cut at the border of a chunk', (all: Buffer) => all.subarray(0, 2 * sealed)],
    ['cut within a chunk', (all: Buffer) => all.subarray(0, 2 * sealed + 100)],
    ['cut within a tag', (all: Buffer) => all.subarray(0, 2 * sealed + 5)],
    ['cut to nothing', (all: Buffer) => all.subarray(0, 0)],
    ['with a byte more', (all: Buffer) => Buffer.concat([all, Buffer.from([0])])],
    ['twice', (all: Buffer) => Buffer.concat([all, all])],
    ['without its first chunk', (all: Buffer) => all.subarray(sealed)],
    [
      'with two chunks in another order',
      (all: Buffer) =>
        Buffer.concat([all.subarray(sealed, 2 * sealed), all.subarray(0, sealed), all.subarray(2 * sealed)]),
    ],
  ])('is refused %s', async (_, damage) => {
    const made = await seal(randomBytes(2 * chunk + 1000));
    await expect(open(damage(made))).rejects.toThrow(SealedStreamDamaged);
  });

  it('takes no empty chunk as its end', async () => {
    // Each is sealed as the first and the last chunk of a stream under the same key, which nobody may do: an empty one must not end another.
    const made = await seal(randomBytes(chunk));
    await expect(open(Buffer.concat([made, await seal(Buffer.alloc(0))]))).rejects.toThrow(SealedStreamDamaged);
  });
});
