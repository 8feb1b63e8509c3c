import { copyFileSync, readFileSync } from 'node:fs';
import {
  changeDisk,
  diskPaths,
  type Extent,
  makeOva,
  writeDisk,
} from '../../packages/bundle/src/differential/testing/sample-disk.ts';
import { randomBytes } from '../../packages/bundle/src/differential/testing/sample-content.ts';

const kibibyte = 1024;
const sectorBytes = 512;
export const diskBytes = 256 * kibibyte * kibibyte;
const changedPart = 0.03;

export const changeKinds = ['contiguous', 'mixed', 'scattered'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** Two OVAs of qemu-img whose disks differ in 3% of their bytes. */
export interface OvaPair {
  readonly base: string;
  readonly target: string;
}

/** Makes the older OVA, text, pseudo-random bytes and empty pages in turn. */
export async function makeBase(qemuImg: string, folder: string): Promise<string> {
  const { raw, ova } = diskPaths(folder, 'base');
  writeDisk(raw, diskBytes, 'a disk');
  await makeOva(qemuImg, raw, ova);
  return ova;
}

/** Makes the newer OVA: the same disk with 3% of it changed in one of three ways. */
export async function makeTarget(qemuImg: string, folder: string, kind: ChangeKind): Promise<string> {
  const { raw, ova } = diskPaths(folder, kind);
  copyFileSync(diskPaths(folder, 'base').raw, raw);
  changeDisk(raw, extentsOf(kind), kind);
  await makeOva(qemuImg, raw, ova);
  return ova;
}

/** Where the disk changes: one run; extents of 4 KiB to 1 MiB, small ones as frequent as large ones; pages of 4 KiB. */
function extentsOf(kind: ChangeKind): readonly Extent[] {
  const total = diskBytes * changedPart;
  const page = 4 * kibibyte;
  if (kind === 'contiguous') {
    return [{ offset: Math.floor(diskBytes / 3 / page) * page, length: Math.floor(total / page) * page }];
  }
  const random = randomNumbers(kind);
  const extents: Extent[] = [];
  for (let changed = 0; changed < total; ) {
    const length = kind === 'scattered' ? page : page * Math.floor(2 ** (random() * 8));
    const offset = Math.floor((random() * (diskBytes - length)) / page) * page;
    extents.push({ offset, length });
    changed += length;
  }
  return extents;
}

/** Numbers from 0 to 1, the same for each seed. */
function randomNumbers(seed: string): () => number {
  const bytes = randomBytes(seed, 1024 * kibibyte);
  let at = 0;
  return () => {
    at = (at + 4) % bytes.length;
    return bytes.readUInt32LE(at) / 2 ** 32;
  };
}

/**
 * Bytes of the grains that a newer OVA has and an older one has not in that place, each with its marker and padding
 * (VMware, "Virtual Disk Format 5.0"): what any way of sending whole grains has to send.
 */
export function changedGrainBytes({ base, target }: OvaPair): number {
  const before = grainsOf(readFileSync(base));
  let bytes = 0;
  for (const [sector, grain] of grainsOf(readFileSync(target))) {
    if (before.get(sector)?.equals(grain) !== true) bytes += grain.length;
  }
  return bytes;
}

function grainsOf(ova: Buffer): Map<bigint, Buffer> {
  const start = ova.indexOf('KDMV');
  const grains = new Map<bigint, Buffer>();
  let at = start + Number(ova.readBigUInt64LE(start + 64)) * sectorBytes;
  for (;;) {
    const dataBytes = ova.readUInt32LE(at + 8);
    if (dataBytes === 0) return grains;
    const length = Math.ceil((dataBytes + 12) / sectorBytes) * sectorBytes;
    grains.set(ova.readBigUInt64LE(at), ova.subarray(at, at + length));
    at += length;
  }
}
