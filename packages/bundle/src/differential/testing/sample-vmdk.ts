import { grainSegment, sectorBytes } from '../vmdk-segments.ts';

const grainSectors = 128;
export const grainBytes = grainSectors * sectorBytes;

/**
 * A stream-optimized VMDK (VMware, "Virtual Disk Format 5.0") of grains that are deflated in a way of one's own: a header, the grains that
 * hold anything, and the end marker.
 */
export function sampleVmdk(disk: Uint8Array, deflate: (grain: Uint8Array) => Uint8Array): Buffer {
  const header = Buffer.alloc(sectorBytes);
  header.write('KDMV');
  header.writeUInt32LE(0x3_0001, 8);
  header.writeBigUInt64LE(BigInt(Math.ceil(disk.length / grainBytes) * grainSectors), 12);
  header.writeBigUInt64LE(BigInt(grainSectors), 20);
  header.writeBigUInt64LE(1n, 64);
  const grains: Buffer[] = [];
  for (let at = 0; at < disk.length; at += grainBytes) {
    const grain = Buffer.alloc(grainBytes);
    grain.set(disk.subarray(at, at + grainBytes));
    if (grain.some((byte) => byte !== 0)) grains.push(grainSegment(at / sectorBytes, deflate(grain)));
  }
  return Buffer.concat([header, ...grains, Buffer.alloc(sectorBytes)]);
}
