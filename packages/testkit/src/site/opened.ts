import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Parts that end in the opposite of the order in which they began. */
export class Opened {
  readonly #ends: (() => Promise<unknown>)[] = [];

  add<Part>(part: Part, end: (part: Part) => Promise<unknown>): Part {
    this.#ends.push(() => end(part));
    return part;
  }

  /** Ends all of them, also when one does not end well. @throws what the first failed with */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) {
      await end().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** Runs a start with a folder of its own; when it fails, everything that it began is ended. */
export async function guarded<Result>(start: (opened: Opened, folder: string) => Promise<Result>): Promise<Result> {
  const opened = new Opened();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'sealift-site-'));
    opened.add(folder, (path) => rm(path, { recursive: true, force: true }));
    return await start(opened, folder);
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
}
