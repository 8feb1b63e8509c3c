import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { serveRegistry } from '../../packages/registry/src/serve.ts';
import { type Row, row } from '../row.ts';
import { memoryLimitMebibytes } from './container.ts';
import { runProgram } from './run-program.ts';

const script = fileURLToPath(new URL('measure-reconstruct.ts', import.meta.url));
const mebibyte = 2 ** 20;

/** What rebuilding took. */
export interface Rebuilt {
  readonly milliseconds: number;
  /** Of all threads together. */
  readonly cpuMilliseconds: number;
  /** Memory over idle. */
  readonly grownBytes: number;
}

/** The memory that rebuilding a file at the target takes, beside the limit. */
export function rebuildMemoryRow(name: string, { grownBytes }: Rebuilt): Row {
  return row(`${name}: memory over idle to rebuild it`, 'MiB', grownBytes / mebibyte, memoryLimitMebibytes, 'limit');
}

/**
 * Rebuilds a file as at the target: from the older one in a registry and the difference that `measure-differential`
 * left at `delta`, while it is pushed to that registry.
 */
export async function rebuild(folder: string, base: string, target: string): Promise<Rebuilt> {
  const served = await serveRegistry({
    storageDir: join(folder, 'registry'),
    host: '127.0.0.1',
    port: 0,
    authorize: () => Promise.resolve('push'),
  });
  try {
    const args = [script, served.registry, base, target, join(folder, 'delta')];
    return JSON.parse((await runProgram(process.execPath, args)).stdout) as Rebuilt;
  } finally {
    await served.close();
  }
}
