import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.ts';

const script = fileURLToPath(new URL('measure-differential.ts', import.meta.url));

/** What ours took. */
export interface MadeDifferential {
  readonly milliseconds: number;
  readonly bytes: number;
  /** Memory over idle. */
  readonly grownBytes: number;
}

/** Makes the difference of two files, and leaves it at `delta` in the folder. */
export async function makeDifferential(folder: string, base: string, target: string): Promise<MadeDifferential> {
  const { stdout } = await runProgram(process.execPath, [script, base, target, join(folder, 'delta')]);
  return JSON.parse(stdout) as MadeDifferential;
}
