import { type FSWatcher, lstatSync, readdirSync, readlinkSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

/** What files take on the disk, in bytes. */
interface DiskUse {
  /** The most that was seen at once. */
  readonly peakBytes: number;
  /** How often it was looked at. */
  readonly looks: number;
}

/**
 * Watches what a process takes on the disk: what lies in folders, and what it removed and still holds open, its own executable
 * too. It looks whenever a file there changes, and whenever it is told to.
 */
export class DiskUseWatch implements DiskUse {
  peakBytes = 0;
  looks = 0;
  readonly #folders: readonly string[];
  readonly #watchers: readonly FSWatcher[];
  #pid: number | undefined;

  constructor(folders: readonly string[]) {
    this.#folders = folders;
    this.#watchers = folders.map((folder) => watch(folder, { recursive: true }, () => this.look()));
  }

  /** The process whose removed files count. */
  follow(pid: number | undefined): void {
    this.#pid = pid;
  }

  look(): void {
    this.looks += 1;
    const lying = this.#folders.reduce((sum, folder) => sum + bytesBelow(folder), 0);
    this.peakBytes = Math.max(
      this.peakBytes,
      lying + (this.#pid === undefined ? 0 : bytesHeld(this.#pid, this.#folders)),
    );
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }
}

/** What lies below a folder, in bytes of blocks that are taken. */
export function bytesBelow(folder: string): number {
  let sum = 0;
  for (const path of attempt(() => readdirSync(folder, { recursive: true, encoding: 'utf8' })) ?? []) {
    const found = attempt(() => lstatSync(join(folder, path)));
    if (found?.isFile() === true) sum += found.blocks * 512;
  }
  return sum;
}

/** Files below the folders that are removed but still in use by the process (proc(5)). */
function bytesHeld(pid: number, folders: readonly string[]): number {
  const place = `/proc/${pid}`;
  const links = [
    join(place, 'exe'),
    ...(attempt(() => readdirSync(join(place, 'fd'))) ?? []).map((fd) => join(place, 'fd', fd)),
  ];
  const held = new Map<number, number>();
  for (const link of links) {
    const target = attempt(() => readlinkSync(link));
    if (target === undefined || !target.endsWith(' (deleted)')) continue;
    if (!folders.some((folder) => target.startsWith(folder))) continue;
    const found = attempt(() => statSync(link));
    if (found !== undefined) held.set(found.ino, found.blocks * 512);
  }
  return [...held.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Files come and go while they are looked at. */
function attempt<Result>(look: () => Result): Result | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
