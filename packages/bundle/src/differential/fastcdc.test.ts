import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxChunkBytes, minChunkBytes } from './fastcdc.ts';
import { segmentsOf } from './segments.ts';
import { inPieces, randomBytes } from './testing/sample-content.ts';

async function chunksOf(content: Buffer, pieceBytes = 100_000): Promise<string[]> {
  const hashes: string[] = [];
  for await (const { bytes: segment } of segmentsOf(inPieces(content, pieceBytes), content.length)) {
    hashes.push(`${segment.length} ${createHash('sha256').update(segment).digest('hex')}`);
  }
  return hashes;
}

const lengthsOf = (chunks: readonly string[]): number[] => chunks.map((chunk) => Number.parseInt(chunk, 10));

describe('content-defined chunks', () => {
  const content = randomBytes('chunks', 24 * 1024 * 1024);

  it('are 64 KiB on average and within their limits', async () => {
    const lengths = lengthsOf(await chunksOf(content));
    const mean = content.length / lengths.length;
    expect(mean).toBeGreaterThan(58 * 1024);
    expect(mean).toBeLessThan(70 * 1024);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(maxChunkBytes);
    expect(Math.min(...lengths.slice(0, -1))).toBeGreaterThan(minChunkBytes);
  });

  it('do not depend on how the content arrives', async () => {
    const part = content.subarray(0, 700_000);
    const expected = await chunksOf(part);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1000, max: 2_500_000 }), async (pieceBytes) => {
        expect(await chunksOf(part, pieceBytes)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('stay the same around an insertion, but for a few', async () => {
    const before = new Set(await chunksOf(content));
    const changed = Buffer.concat([content.subarray(0, 5_000_001), Buffer.from('new'), content.subarray(5_000_001)]);
    const fresh = (await chunksOf(changed)).filter((chunk) => !before.has(chunk));
    expect(fresh.length).toBeGreaterThan(0);
    expect(fresh.length).toBeLessThan(6);
  });

  it('are the ones they always were', async () => {
    expect(lengthsOf(await chunksOf(content.subarray(0, 400_000)))).toEqual([65_182, 62_130, 119_388, 80_335, 72_965]);
  });

  it('are the largest there are in zeros', async () => {
    const lengths = lengthsOf(await chunksOf(Buffer.alloc(maxChunkBytes * 2 + 5)));
    expect(lengths).toEqual([maxChunkBytes, maxChunkBytes, 5]);
  });

  it('end what they are read from, also when nobody wants the rest', async () => {
    let open = 0;
    async function* held(): AsyncGenerator<Uint8Array> {
      open += 1;
      try {
        yield* inPieces(content, 100_000);
      } finally {
        open -= 1;
      }
    }
    for await (const { bytes: segment } of segmentsOf(held(), content.length)) {
      expect([open, segment.length > 0]).toEqual([1, true]);
      break;
    }
    expect(open).toBe(0);
  });
});
