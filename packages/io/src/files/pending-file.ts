import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileWork } from './file-errors.ts';
import { syncFolder } from './sync-folder.ts';
import { unfinishedPath } from './unfinished.ts';
import { writeAll } from './write-all.ts';

export interface PendingFileOptions {
  /** As open(2) takes it: the umask applies. */
  readonly mode?: number;
  /** The path that people are told when it cannot be written; without it the temporary one. */
  readonly shownAs?: string;
}

/**
 * A file that is being written under a temporary name, and gets its own only when it is whole and on the disk: `commit`. What
 * leaves the block of its `await using` before that is removed. A writer that is killed leaves a name that `isUnfinished` knows.
 */
export class PendingFile implements AsyncDisposable {
  readonly #temporary: string;
  readonly #shownAs: string;
  readonly #handle: FileHandle;
  #isOpen = true;
  #isPending = true;

  private constructor(temporary: string, shownAs: string, handle: FileHandle) {
    this.#temporary = temporary;
    this.#shownAs = shownAs;
    this.#handle = handle;
  }

  /**
   * Begins a file in a folder of the file system that it is to stay on.
   *
   * @throws FILE_UNWRITABLE
   */
  static async create(folder: string, { mode = 0o644, shownAs }: PendingFileOptions = {}): Promise<PendingFile> {
    const temporary = unfinishedPath(folder);
    const shown = shownAs ?? temporary;
    return new PendingFile(temporary, shown, await fileWork(shown, () => open(temporary, 'wx', mode)));
  }

  /** The name it has until it gets its own: for whoever looks at what was written, after {@link sync}. */
  get temporary(): string {
    return this.#temporary;
  }

  /** Writes on where the last chunk ended. @throws FILE_UNWRITABLE */
  async write(chunk: Uint8Array): Promise<void> {
    await fileWork(this.#shownAs, () => writeAll(this.#handle, chunk));
  }

  /** Sets the mode whatever the umask is. @throws FILE_UNWRITABLE */
  async chmod(mode: number): Promise<void> {
    await fileWork(this.#shownAs, () => this.#handle.chmod(mode));
  }

  /** Gives it to an account and its group, which root alone can do. @throws FILE_UNWRITABLE */
  async chown(uid: number, gid: number): Promise<void> {
    await fileWork(this.#shownAs, () => this.#handle.chown(uid, gid));
  }

  /** Puts what was written on the disk and ends the writing. @throws FILE_UNWRITABLE */
  async sync(): Promise<void> {
    if (!this.#isOpen) return;
    await fileWork(this.#shownAs, () => this.#handle.sync());
    this.#isOpen = false;
    await fileWork(this.#shownAs, () => this.#handle.close());
  }

  /** Gives the file its name, in the place of an older one, and makes that survive the loss of power. @throws FILE_UNWRITABLE */
  async commit(path: string): Promise<void> {
    await this.sync();
    await fileWork(path, () => rename(this.#temporary, path));
    this.#isPending = false;
    await fileWork(path, () => syncFolder(dirname(path)));
  }

  /** Does not fail: why the work was given up is what the caller must hear. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOpen) await this.#handle.close().catch(() => undefined);
    this.#isOpen = false;
    if (this.#isPending) await rm(this.#temporary, { force: true }).catch(() => undefined);
  }
}
