import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from './sync-folder.ts';
import { removeLeftovers } from './leftovers.ts';

/** Files beside each other that appear under their names only when all of them are whole and on the disk. */
export class PendingFiles {
  readonly #path: string;
  readonly #temporary: string;
  readonly #suffixes: string[] = [];

  private constructor(path: string) {
    this.#path = path;
    this.#temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  }

  /**
   * Begins a set of files, and removes what killed runs left of earlier ones.
   *
   * @param path the name that all of their names begin with
   */
  static async begin(path: string): Promise<PendingFiles> {
    await removeLeftovers(dirname(path), `.${basename(path)}.`);
    return new PendingFiles(path);
  }

  /** Opens the next file for writing, and for reading what was written; the caller syncs and closes it. */
  async open(suffix: string, mode: number): Promise<FileHandle> {
    this.#suffixes.push(suffix);
    return await open(`${this.#temporary}${suffix}`, 'wx+', mode);
  }

  /** Writes a small file. */
  async put(suffix: string, content: string): Promise<void> {
    const file = await this.open(suffix, 0o644);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Gives the files their names, in the order they were opened, in the place of older ones. */
  async publish(): Promise<void> {
    for (const suffix of this.#suffixes) await rename(`${this.#temporary}${suffix}`, `${this.#path}${suffix}`);
    await syncFolder(dirname(this.#path));
  }

  /** Removes what has no name yet. Does not fail: why the work was given up is what the caller must hear. */
  async discard(): Promise<void> {
    for (const suffix of this.#suffixes)
      await rm(`${this.#temporary}${suffix}`, { force: true }).catch(() => undefined);
  }
}
