import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { fileWork } from '@sealift/io/file-errors';
import { type FolderLock, lockFolder } from '@sealift/io/folder-lock';
import { syncFolder } from '@sealift/io/sync-folder';

/**
 * Where a download is until it is whole: `.<name>.download` beside where it goes, for one process at a time. The files in it have the names
 * that they get, so that they can be checked where they are.
 */
export class WorkFolder implements Disposable {
  readonly path: string;
  /** Where the file that is run goes. */
  readonly output: string;
  readonly #lock: FolderLock;

  private constructor(path: string, output: string, lock: FolderLock) {
    this.path = path;
    this.output = output;
    this.#lock = lock;
  }

  /** @throws DOWNLOAD_RUNNING, FILE_UNWRITABLE */
  static open(output: string): WorkFolder {
    const path = join(dirname(resolve(output)), `.${basename(output)}.download`);
    const inUse = ({ pid, host }: { pid: number | string; host: string }): SealiftError =>
      new SealiftError('DOWNLOAD_RUNNING', { values: { path: output, pid, host }, place: path });
    return new WorkFolder(path, output, lockFolder(path, inUse));
  }

  /** Gives the files their places, the one that is run last, and removes the folder. @throws FILE_UNWRITABLE */
  async publish(names: readonly string[]): Promise<void> {
    const folder = dirname(this.output);
    for (const name of [...names].reverse()) {
      const path = join(folder, name);
      await fileWork(path, () => rename(join(this.path, name), path));
    }
    await syncFolder(folder);
    await this.remove();
  }

  /** Removes what has come: nobody can go on from it. */
  async remove(): Promise<void> {
    await fileWork(this.path, () => rm(this.path, { recursive: true, force: true }));
  }

  [Symbol.dispose](): void {
    this.#lock.release();
  }
}
