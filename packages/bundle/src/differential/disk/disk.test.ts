import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, deflateSync, inflateSync } from 'node:zlib';
import { isSealiftError } from '@sealift/core/errors';
import { digestOf } from '@sealift/oci/digest';
import { readBounded } from '@sealift/oci/verify-stream';
import { peer } from '@sealift/testkit/peers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipeFor } from '../recipe-for.ts';
import { reconstruct, type Reconstruction } from '../reconstruct.ts';
import { randomBlobOf } from '../testing/file-blob.ts';
import { MemoryContent } from '../testing/memory-content.ts';
import { inPieces, randomBytes } from '../testing/sample-content.ts';
import { grainBytes, sampleVmdk } from '../testing/sample-vmdk.ts';
import { grainData, grainSegment } from '../vmdk-segments.ts';
import { diskRecipeMagic } from './disk-recipe.ts';
import { openDiskRecipe } from './read-disk-recipe.ts';
import { zlibOfThread } from './zlib.ts';

const blockBytes = 4096;
const zlib = zlibOfThread();
const at =
  (level: number) =>
  (grain: Uint8Array): Uint8Array =>
    zlib.deflate(grain, level) ?? new Uint8Array();
/** Text that deflates, other text for each seed. */
const block = (seed: string): Buffer =>
  Buffer.from(
    randomBytes(seed, blockBytes / 2)
      .toString('hex')
      .replaceAll(/[4-9]/g, 'the '),
    'latin1',
  ).subarray(0, blockBytes);
const blocks = (...seeds: readonly (string | number)[]): Buffer =>
  Buffer.concat(seeds.map((seed) => (seed === 0 ? Buffer.alloc(blockBytes) : block(String(seed)))));
const numbered = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index);

interface Made extends Reconstruction {
  readonly kept: number;
  readonly changed: number;
  readonly sentBytes: number;
  readonly recipeBytes: Buffer;
}

/** The recipe of one blob from another; what is held of the base may be damaged. */
async function make(base: Buffer, target: Buffer, held: Buffer = base): Promise<Made> {
  const { recipe, delta, changedGrains, keptGrains } = await recipeFor(randomBlobOf(base), randomBlobOf(target));
  const deltaBytes = await readBounded(delta.open(), 100_000_000, 'delta');
  const content = new MemoryContent();
  return {
    digest: digestOf(target),
    size: target.length,
    base: content.add(base, held),
    recipe: content.add(recipe),
    delta: content.add(deltaBytes),
    kept: keptGrains,
    changed: changedGrains,
    sentBytes: recipe.length + delta.size,
    recipeBytes: recipe,
  };
}

const rebuilt = (made: Made): Promise<Buffer> => readBounded(reconstruct(made), 100_000_000, 'target');

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (isSealiftError(error)) return error.code;
  throw new Error('it was accepted, or failed in another way', { cause: error });
}

describe('a disk that was made anew', () => {
  it('is sent as what changed on it, wherever the rest moved to, and is rebuilt to the same bytes', async () => {
    const base = sampleVmdk(blocks(...numbered(1, 64)), at(6));
    const target = sampleVmdk(blocks('new', ...numbered(33, 32), 0, 0, 0, ...numbered(1, 30)), at(6));
    const made = await make(base, target);
    expect([made.changed, made.kept]).toEqual([5, 0]);
    expect(made.recipeBytes.toString('latin1', 0, diskRecipeMagic.length)).toBe(diskRecipeMagic);
    expect(made.sentBytes).toBeLessThan(target.length / 10);
    expect((await rebuilt(made)).equals(target)).toBe(true);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('is rebuilt when it was deflated at level %i', async (level) => {
    const base = sampleVmdk(blocks(...numbered(1, 32)), at(6));
    const target = sampleVmdk(blocks('new', ...numbered(1, 31)), at(level));
    const made = await make(base, target);
    expect([made.changed, made.kept]).toEqual([2, 0]);
    expect((await rebuilt(made)).equals(target)).toBe(true);
  });

  it('sends content that changed a little as a patch of what stood there', async () => {
    const base = blocks(...numbered(1, 32));
    const target = Buffer.from(base);
    for (let place = 0; place < target.length; place += blockBytes) target.writeUInt32LE(place, place + 100);
    const made = await make(sampleVmdk(base, at(6)), sampleVmdk(target, at(6)));
    expect(made.sentBytes).toBeLessThan(1000);
    expect((await rebuilt(made)).equals(sampleVmdk(target, at(6)))).toBe(true);
  });

  it('sends grains as they are that nothing known deflates so, and the others not', async () => {
    const odd = (grain: Uint8Array): Uint8Array => deflateSync(grain, { level: 6, strategy: 3 });
    const base = sampleVmdk(blocks(...numbered(1, 64)), at(6));
    let count = 0;
    const mixed = (grain: Uint8Array): Uint8Array => ((count += 1) % 2 === 1 ? at(6)(grain) : odd(grain));
    const disk = blocks('new', ...numbered(1, 63));
    const made = await make(base, sampleVmdk(disk, mixed));
    expect([made.changed, made.kept]).toEqual([4, 2]);
    count = 0;
    expect((await rebuilt(made)).equals(sampleVmdk(disk, mixed))).toBe(true);
    const none = await make(base, sampleVmdk(disk, odd));
    expect([none.changed, none.kept]).toEqual([4, 4]);
    expect(none.recipeBytes.toString('latin1')).toContain('sealift recipe 1');
    expect((await rebuilt(none)).equals(sampleVmdk(disk, odd))).toBe(true);
  });

  it('keeps what stands around the grains, also where it is not what the format says', async () => {
    const target = sampleVmdk(blocks('new', ...numbered(1, 31)), at(6));
    const first = grainSegment(0, at(6)(blocks('new', ...numbered(1, 15))));
    target.writeUInt8(7, 512 + first.length - 1);
    const made = await make(sampleVmdk(blocks(...numbered(1, 32)), at(6)), target);
    expect([made.changed, made.kept]).toEqual([2, 1]);
    expect((await rebuilt(made)).equals(target)).toBe(true);
  });

  it('is rebuilt whatever changed', async () => {
    const origin = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom('x', 'y'));
    const disk = fc.array(origin, { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(disk, disk, fc.constantFrom(1, 6, 9), async (before, after, level) => {
        const target = sampleVmdk(blocks(...after), at(level));
        expect((await rebuilt(await make(sampleVmdk(blocks(...before), at(6)), target))).equals(target)).toBe(true);
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});

describe('what a disk is rebuilt from', () => {
  const base = sampleVmdk(blocks(...numbered(1, 64)), at(6));
  const target = sampleVmdk(blocks('new', ...numbered(1, 63)), at(6));

  it('is refused when it is damaged, at the first grain that does not inflate', async () => {
    const held = Buffer.from(base);
    held.fill(0xff, 700, 800);
    expect(await codeOf(rebuilt(await make(base, target, held)))).toBe('BUNDLE_BASE_DAMAGED');
  });

  it('is refused when it is another disk, which is found at the latest by the digest', async () => {
    const other = sampleVmdk(blocks(...numbered(101, 64)), at(6));
    expect(['BUNDLE_BASE_DAMAGED', 'CONTENT_DIGEST_MISMATCH', 'CONTENT_SHORT']).toContain(
      await codeOf(rebuilt(await make(base, target, other))),
    );
    expect(['BUNDLE_BASE_DAMAGED', 'CONTENT_SHORT']).toContain(
      await codeOf(rebuilt(await make(base, target, base.subarray(0, 5000)))),
    );
  });

  it('is let go when the reader goes away', async () => {
    const stream = reconstruct(await make(base, target));
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      expect(chunk.byteLength).toBeGreaterThan(0);
      break;
    }
    expect(stream.destroyed).toBe(true);
  });

  it('is not made of a recipe with any byte changed', async () => {
    const made = await make(base, target);
    const { recipeBytes } = made;
    const good = await rebuilt(made);
    for (let place = 0; place < recipeBytes.length; place += 1) {
      const changed = Buffer.from(recipeBytes);
      changed.writeUInt8(changed.readUInt8(place) ^ (1 << (place % 8)), place);
      const recipe = new MemoryContent().add(changed);
      const found = await rebuilt({ ...made, recipe }).then(
        (bytes) => bytes.equals(good),
        (error: unknown) => isSealiftError(error),
      );
      expect(found).toBe(true);
    }
  });

  it('is not what a recipe says that leaves its bounds', async () => {
    const steps = async (
      numbers: readonly number[],
      bounds = { target: 512, base: 4096, delta: 10 },
    ): Promise<string> => {
      const recipe = Buffer.concat([Buffer.from(diskRecipeMagic), Buffer.from(numbers)]);
      try {
        const opened = await openDiskRecipe(inPieces(recipe, 3), bounds, 'a recipe');
        for await (const step of opened.steps) expect(step.kind).toBeDefined();
      } catch (error) {
        if (isSealiftError(error, 'RECIPE_INVALID')) return error.message;
        throw error;
      }
      return 'accepted';
    };
    // Grains of eight sectors; one in the base, 100 bytes deflated at its begin; then steps.
    const head = [8, 1, 0, 100];
    const grain = [0xae, 2];
    expect(await steps([0])).toContain('inside of a step');
    expect(await steps([0, 0])).toContain('size that is not made');
    expect(await steps([8, 1, 0, 0])).toContain('longer or shorter');
    expect(await steps([8, 1, 0x80, 0x20, 1])).toContain('outside of the base');
    expect(await steps([8, 0xff, 0xff, 0xff, 0x7f])).toContain('more grains than it may');
    expect(await steps([...head, 0])).toContain('step is empty');
    expect(await steps([...head, 12 * 3 + 0, 1])).toContain('outside of the base');
    expect(await steps([...head, 11 * 3 + 1])).toContain('outside of the delta');
    expect(await steps([...head, 10 * 3 + 1])).toContain('10 bytes instead of 512');
    expect(await steps([...head, ...grain, 0])).toContain('level that there is not');
    expect(await steps([...head, ...grain, 16 + 6])).toContain('outside of its disk');
    expect(await steps([...head, ...grain, 6, 0])).toContain('empty or too long');
    // 4,096 zeros are a grain; a byte more is not, and neither is what stands beyond the base's disk.
    expect(await steps([...head, ...grain, 6, 0x81, 0x60])).toContain('leaves a part of the delta');
    expect(await steps([...head, ...grain, 6, 0x84, 0x60])).toContain('empty or too long');
    expect(await steps([...head, ...grain, 6, 0x80, 0x60, 2])).toContain("outside of the base's disk");
    expect(await steps([...head, ...grain, 6, 0x82, 0x60, 11])).toContain('outside of the delta');
  });
});

describe('the zlib inside', () => {
  it('inflates just what fills the buffer, and nothing that is cut, longer or damaged', () => {
    const content = block('inflated');
    const data = zlib.deflate(content, 6) ?? new Uint8Array();
    const inflates = (bytes: Uint8Array, length = blockBytes): boolean => zlib.inflate(bytes, new Uint8Array(length));
    const into = new Uint8Array(blockBytes);
    expect([zlib.inflate(data, into), content.equals(into)]).toEqual([true, true]);
    expect([inflates(data, blockBytes - 1), inflates(data, blockBytes + 1)]).toEqual([false, false]);
    expect([inflates(data.subarray(0, -1)), inflates(Buffer.concat([data, Buffer.from([0])]))]).toEqual([false, false]);
    expect([inflates(randomBytes('x', 500)), inflates(deflateRawSync(content))]).toEqual([false, false]);
    expect(inflates(data)).toBe(true);
  });
});

const qemuImg = peer('qemu-img');

describe.skipIf(qemuImg.missing)(`a disk of qemu-img (${qemuImg.remedy})`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-disk-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function vmdkOf(name: string, disk: Buffer): Buffer {
    const [raw, vmdk] = [join(folder, `${name}.raw`), join(folder, `${name}.vmdk`)];
    writeFileSync(raw, disk);
    execFileSync(qemuImg.path, ['convert', '-O', 'vmdk', '-o', 'subformat=streamOptimized', raw, vmdk]);
    return readFileSync(vmdk);
  }

  it('is deflated by the zlib inside to the same bytes, and is sent as what changed', async () => {
    const base = vmdkOf('base', blocks(...numbered(1, 160)));
    const disk = blocks('new', ...numbered(1, 159));
    const target = vmdkOf('target', disk);
    const first = target.readBigUInt64LE(64);
    const data = grainData(target.subarray(Number(first) * 512), {
      dataBytes: target.readUInt32LE(Number(first) * 512 + 8),
    });
    expect(Buffer.compare(zlib.deflate(inflateSync(data), 6) ?? new Uint8Array(), data)).toBe(0);
    const made = await make(base, target);
    expect([made.changed, made.kept]).toEqual([disk.length / grainBytes, 0]);
    // What stands before the first grain, text and room for more of it, is 64 KiB.
    expect(made.sentBytes - 65_536).toBeLessThan(target.length / 10);
    expect((await rebuilt(made)).equals(target)).toBe(true);
  });
});
