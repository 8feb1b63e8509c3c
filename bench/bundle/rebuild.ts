import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { serveRegistry } from '../../packages/registry/src/serve.ts';
import { type Row, row } from '../row.ts';
import { memoryLimitMebibytes } from './container.ts';
import { runProgram } from './run-program.ts';

const script = fileURLToPath(new URL('measure-reconstruct.ts', import.meta.url));
const mebibyte = 2 ** 20;

/**
 * The memory that rebuilding a file at the target takes: from the older one in a registry and the difference that `measure-differential`
 * left at `delta`, while it is pushed to that registry.
 */
export async function rebuildRow(name: string, folder: string, base: string, target: string): Promise<Row> {
  const served = await serveRegistry({
    storageDir: join(folder, 'registry'),
    host: '127.0.0.1',
    port: 0,
    authorize: () => Promise.resolve('push'),
  });
  try {
    const args = [script, served.registry, base, target, join(folder, 'delta')];
    const { grownBytes } = JSON.parse((await runProgram(process.execPath, args)).stdout) as { grownBytes: number };
    return row(`${name}: memory over idle to rebuild it`, 'MiB', grownBytes / mebibyte, memoryLimitMebibytes, 'limit');
  } finally {
    await served.close();
  }
}
