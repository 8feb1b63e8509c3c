import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeExecutable } from '../executable.ts';
import { runProgram } from './run-program.ts';
import { writeRelease } from './sample-release.ts';

/** What an installed `sealift` is run as: no checkout, no sources, its own home. */
export interface Installed {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** The key file that it signs with; it trusts the public one. */
  readonly secretKey: string;
  /** Where it keeps its own compressed form. */
  readonly cache: string;
  /** What it has resident when it does nothing, in bytes. */
  readonly idleBytes: number;
}

/** The folder of a benchmark's run. What several parts need is made once, when the first of them asks. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'sealift-bench-'));
  readonly #made = new Map<string, Promise<unknown>>();

  /** Makes something once. */
  async once<Made>(name: string, make: (folder: string) => Promise<Made>): Promise<Made> {
    const folder = join(this.folder, name);
    let made = this.#made.get(name) as Promise<Made> | undefined;
    if (made === undefined) {
      mkdirSync(folder);
      made = make(folder);
      this.#made.set(name, made);
    }
    return await made;
  }

  /** The executable that a bundle sets up, built from the checkout. */
  async installed(): Promise<Installed> {
    return await this.once('installed', async (folder) => {
      const path = join(folder, 'sealift');
      await writeExecutable(path);
      for (const name of ['tmp', 'trusted']) mkdirSync(join(folder, name));
      const env = {
        HOME: folder,
        TMPDIR: join(folder, 'tmp'),
        XDG_CACHE_HOME: join(folder, '.cache'),
        SEALIFT_TRUSTED_KEYS: join(folder, 'trusted'),
        SEALIFT_BIN_DIR: join(folder, 'bin'),
      };
      await runProgram(path, ['keys', 'generate', '--out', join(folder, 'vendor')], { env });
      renameSync(join(folder, 'vendor.pub'), join(folder, 'trusted', 'vendor.pub'));
      const secretKey = join(folder, 'vendor.key');
      // The first bundle on a machine compresses the executable and keeps that; what is measured is any later one.
      mkdirSync(join(folder, 'first'));
      const first = await writeRelease(join(folder, 'first'), '1.0.0', [
        { name: 'docker.io/bench/first:1', layers: [] },
      ]);
      await runProgram(path, ['bundle', 'create', '-f', first, '-o', join(folder, 'first.bin'), '--key', secretKey], {
        env,
      });
      const { peakBytes } = await runProgram(path, ['keys', 'list'], { env, sampleMs: 2 });
      return { path, env, idleBytes: peakBytes, secretKey, cache: join(env.XDG_CACHE_HOME, 'sealift') };
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
