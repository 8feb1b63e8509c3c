import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@sealift/oci/digest';
import { peer } from '@sealift/testkit/peers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRecipe, type RereadableBlob } from './make-recipe.ts';
import { segmentsOf } from './segments.ts';
import { inPieces, randomBytes } from './testing/sample-content.ts';
import { changeDisk, diskPaths, type Extent, makeOva, writeDisk } from './testing/sample-disk.ts';

const qemuImg = peer('qemu-img');
const kibibyte = 1024;
const diskBytes = 16 * kibibyte * kibibyte;
const grainBytes = 64 * kibibyte;

interface Segment {
  readonly offset: number;
  readonly bytes: Buffer;
}

async function segments(content: Buffer): Promise<Segment[]> {
  const list: Segment[] = [];
  let offset = 0;
  for await (const { bytes } of segmentsOf(inPieces(content), content.length)) {
    list.push({ offset, bytes: Buffer.from(bytes) });
    offset += bytes.length;
  }
  return list;
}

function blobOf(content: Buffer): RereadableBlob {
  return { digest: digestOf(content), size: content.length, open: () => inPieces(content) };
}

describe('a stream-optimized VMDK as VMware writes it', () => {
  const grain = randomBytes('grain', 5000);

  /** Header, grains, then a grain table, a grain directory and a footer behind markers, and the end marker. */
  function vmdk(grains: readonly number[], flags = 0x3_0001): Buffer {
    const header = Buffer.alloc(512);
    header.write('KDMV');
    header.writeUInt32LE(flags, 8);
    header.writeBigUInt64LE(2n ** 21n, 12);
    header.writeBigUInt64LE(128n, 20);
    header.writeBigUInt64LE(1n, 64);
    const markers = grains.map((sector) => {
      const block = Buffer.alloc(5120);
      block.writeBigUInt64LE(BigInt(sector));
      block.writeUInt32LE(grain.length, 8);
      grain.copy(block, 12);
      return block;
    });
    const metadata = [1, 2, 3].map((type) => {
      const block = Buffer.alloc(1024, 7).fill(0, 0, 512);
      block.writeBigUInt64LE(1n);
      block.writeUInt32LE(type, 12);
      return block;
    });
    return Buffer.concat([header, ...markers, ...metadata, Buffer.alloc(512)]);
  }
  const lengthsOf = async (content: Buffer): Promise<number[]> =>
    (await segments(content)).map(({ bytes }) => bytes.length);

  it('is cut at grains, tables, footer and end', async () => {
    const content = Buffer.concat([vmdk([0, 128, 1280]), Buffer.from('behind')]);
    expect(await lengthsOf(content)).toEqual([512, 5120, 5120, 5120, 512, 512, 512, 512, 512, 512, 512, 6]);
  });

  it('is cut by content from the first marker that cannot be one', async () => {
    expect(await lengthsOf(vmdk([0, 129]))).toEqual([512, 5120, 8704]);
    expect(await lengthsOf(vmdk([2 ** 21]))).toEqual([512, 8704]);
    expect(await lengthsOf(vmdk([0], 1))).toEqual([9216]);
  });
});

describe.skipIf(qemuImg.missing)(`an OVA of qemu-img (${qemuImg.remedy})`, () => {
  let folder: string;
  let ova: Buffer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-ova-'));
    const base = diskPaths(folder, 'base');
    writeDisk(base.raw, diskBytes, 'a disk');
    await makeOva(qemuImg.path, base.raw, base.ova);
    ova = readFileSync(base.ova);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function changedOva(name: string, extents: readonly Extent[]): Promise<Buffer> {
    const paths = diskPaths(folder, name);
    copyFileSync(diskPaths(folder, 'base').raw, paths.raw);
    changeDisk(paths.raw, extents, name);
    await makeOva(qemuImg.path, paths.raw, paths.ova);
    return readFileSync(paths.ova);
  }

  /** Grains by their place on the disk. */
  async function grainsOf(content: Buffer): Promise<Map<bigint, Buffer>> {
    const grains = (await segments(content)).filter(({ bytes }) => bytes.length >= 512 && bytes.readUInt32LE(8) > 0);
    return new Map(grains.map(({ bytes }) => [bytes.readBigUInt64LE(0), bytes]));
  }

  it('is cut at each grain, and the segments are the whole', async () => {
    const list = await segments(ova);
    expect(Buffer.concat(list.map(({ bytes }) => bytes)).equals(ova)).toBe(true);
    const grains = await grainsOf(ova);
    for (let sector = 0; sector < diskBytes / 512; sector += grainBytes / 512) {
      const holdsData = Math.floor(sector / 2048) % 4 !== 3;
      expect(grains.has(BigInt(sector))).toBe(holdsData);
    }
  });

  it('costs little more than the grains that changed', async () => {
    const extents = [3, 17, 40, 41, 150, 220].map((grain) => ({ offset: grain * grainBytes + 9000, length: 4096 }));
    const target = await changedOva('scattered', extents);
    const [before, after] = [await grainsOf(ova), await grainsOf(target)];
    let changedBytes = 0;
    for (const [sector, grain] of after) if (before.get(sector)?.equals(grain) !== true) changedBytes += grain.length;
    const { recipe, delta } = await makeRecipe(blobOf(ova), blobOf(target));
    const restBytes = 150_000;
    expect(changedBytes).toBeGreaterThan(0);
    expect(recipe.length + delta.size).toBeLessThan(changedBytes * 1.2 + restBytes);
  });

  it('is cut in some way whatever is in it', async () => {
    const start = ova.indexOf('KDMV');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.integer({ min: 0, max: 4095 }), value: fc.nat(255) }), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.integer({ min: start + 8192, max: start + 3_000_000 }),
        fc.nat(4095),
        async (damage, length, marker) => {
          const content = Buffer.from(ova.subarray(0, length));
          for (const { at, value } of damage) content.writeUInt8(value, at);
          const grain = start + 65_536 + marker * 512;
          if (grain + 16 <= length) content.fill(0xff, grain, grain + 12);
          const list = await segments(content);
          expect(Buffer.concat(list.map(({ bytes }) => bytes)).equals(content)).toBe(true);
          expect(Math.max(...list.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(1024 * 1024);
        },
      ),
      { numRuns: 40 },
    );
  });
});
