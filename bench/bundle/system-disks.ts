import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { diskPaths, makeOva } from '../../packages/bundle/src/differential/testing/sample-disk.ts';
import { randomBytes } from '../../packages/bundle/src/differential/testing/sample-content.ts';
import { peerPath } from './peer-path.ts';

/** Where the files of the disks are from: a system as large as a node's. */
const system = '/usr';
const fileCount = 44_000;
/** Each so many-th file changes: 5%. */
const changedEach = 20;
const largestFileBytes = 2 ** 20;
const diskBytes = 2 ** 30;

/** Two images of one system: the second was made anew, from the same files of which 5% changed. */
export interface SystemPair {
  readonly base: string;
  readonly target: string;
}

/** Makes both OVAs: files, an ext4 file system in them by `mkfs.ext4 -d`, and a stream-optimized VMDK of that by qemu-img. */
export async function makeSystemPair(folder: string): Promise<SystemPair> {
  const files = systemFiles();
  const made = async (name: string, isChanged: boolean): Promise<string> => {
    const { raw, ova } = diskPaths(folder, name);
    const root = join(folder, name);
    for (const [index, path] of files.entries()) {
      const to = join(root, path.slice(system.length));
      mkdirSync(dirname(to), { recursive: true });
      const content = readFileSync(path);
      writeFileSync(to, isChanged && index % changedEach === 0 ? changed(content, path) : content);
    }
    writeFileSync(raw, '');
    truncateSync(raw, diskBytes);
    execFileSync(peerPath('mkfs.ext4'), ['-q', '-d', root, '-U', uuidOf(name), raw]);
    rmSync(root, { recursive: true });
    await makeOva(peerPath('qemu-img'), raw, ova);
    rmSync(raw);
    return ova;
  };
  return { base: await made('system', false), target: await made('rebuilt-system', true) };
}

/** As many files of this machine's system, from all over it; the same each time while the system does not change. */
function systemFiles(): readonly string[] {
  const all = [...filesBelow(system)].sort();
  const step = Math.max(1, all.length / fileCount);
  return Array.from({ length: Math.min(fileCount, all.length) }, (_, index) => all[Math.floor(index * step)] ?? '');
}

/** Folder by folder: listing them all at once takes minutes. */
function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile() && isSmall(path)) yield path;
  }
}

function isSmall(path: string): boolean {
  const { size } = statSync(path);
  return size > 0 && size < largestFileBytes;
}

/** Another version: a quarter of it is new and a little longer than what was there. */
function changed(content: Buffer, seed: string): Buffer {
  const [start, end] = [Math.floor(content.length / 2), Math.floor((content.length * 3) / 4)];
  const text = randomBytes(seed, Math.ceil((end - start + 40) / 2)).toString('hex');
  return Buffer.concat([content.subarray(0, start), Buffer.from(text), content.subarray(end)]);
}

/** mkfs.ext4 takes a new one each time, which is in the checksum of every inode. */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
