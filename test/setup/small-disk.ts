import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Only root may mount. */
export const canMount = process.getuid?.() === 0;

/** A file system of its own in memory, that can be made full. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves room for so many bytes more than are used, which may be none. */
  leave(bytes: number): Promise<void>;
  remove(): Promise<void>;
}

/** @param path a folder to mount it on, which may hold something: that is out of sight meanwhile */
export async function mountSmallDisk(sizeBytes: number, path?: string): Promise<SmallDisk> {
  const at = path ?? (await mkdtemp(join(tmpdir(), 'sealift-small-disk-')));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'sealift-test', at]);
  return {
    path: at,
    async leave(bytes) {
      const { blocks, bfree, bsize } = await statfs(at);
      await run('mount', ['-o', `remount,size=${(blocks - bfree) * bsize + bytes}`, at]);
    },
    async remove() {
      // What still has a file open there keeps none of us waiting.
      await run('umount', ['-l', at]);
      if (path === undefined) await rm(at, { recursive: true, force: true });
    },
  };
}
