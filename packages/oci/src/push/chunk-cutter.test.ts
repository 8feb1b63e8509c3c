import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBounded } from '../verify-stream.ts';
import { ChunkCutter } from './chunk-cutter.ts';

const read = (stream: Readable): Promise<Buffer> => readBounded(stream, 1_000_000, 'a piece');

describe('cutting a stream', () => {
  it('loses and doubles nothing, however source and pieces are cut', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, sizes, fc.nat(30), async (chunks, pieces, skipped) => {
        const whole = Buffer.from(Array.from({ length: chunks.reduce((a, b) => a + b, 0) }, (_, i) => i % 251));
        let at = 0;
        const parts = chunks.map((size) => whole.subarray(at, (at += size)));
        const cutter = new ChunkCutter(Readable.from(parts));
        let position = Math.min(skipped, whole.byteLength);
        await cutter.skip(position);
        for (const size of pieces) {
          const bytes = Math.min(size, whole.byteLength - position);
          let counted = 0;
          const piece = await read(cutter.piece(bytes, (sent) => (counted += sent)));
          expect(piece.equals(whole.subarray(position, position + bytes))).toBe(true);
          expect(counted).toBe(bytes);
          position += bytes;
        }
        await cutter.skip(whole.byteLength - position);
        await cutter.end();
        cutter.close();
      }),
    );
  });

  it('fails a piece with what the source fails with, and where the source ends too soon', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('abc');
        throw new Error('damaged');
      })(),
    );
    await expect(read(new ChunkCutter(broken).piece(10, () => undefined))).rejects.toThrow('damaged');
    await expect(read(new ChunkCutter(Readable.from([Buffer.from('abc')])).piece(4, () => undefined))).rejects.toThrow(
      'elsewhere than its size says',
    );
    const long = new ChunkCutter(Readable.from([Buffer.from('abc'), Buffer.from('d')]));
    await long.skip(3);
    await expect(long.end()).rejects.toThrow('elsewhere than its size says');
  });
});
