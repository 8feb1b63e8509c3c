import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeReleaseWith } from '../../packages/cli/src/commands/bundle/testing/rebuilt-release.ts';
import { serveRegistry } from '../../packages/registry/src/serve.ts';
import { runProgram } from './run-program.ts';
import type { SystemPair } from './system-disks.ts';
import type { Workplace } from './workplace.ts';

/** The most that the executable had resident above what it has when it does nothing, in bytes. */
export interface GrownMemory {
  /** While the differential bundle was made. */
  readonly made: number;
  /** While it was uploaded, and the image rebuilt. */
  readonly rebuilt: number;
}

/** What a rebuilt node image costs in memory at the vendor and at the site: the commands that people use, run by the executable. */
export async function memoryOfRebuilding(
  place: Workplace,
  folder: string,
  { base, target }: SystemPair,
): Promise<GrownMemory> {
  const { path, env, secretKey, idleBytes } = await place.installed();
  const bundle = async (version: string, ova: string, options: readonly string[]) => {
    const release = join(folder, `release-${version}`);
    mkdirSync(release);
    const file = await writeReleaseWith(release, version, readFileSync(ova));
    const output = join(folder, `${version}.bin`);
    const run = await runProgram(path, ['bundle', 'create', '-f', file, '-o', output, '--key', secretKey, ...options], {
      env,
    });
    chmodSync(output, 0o755);
    return { output, peakBytes: run.peakBytes };
  };
  const older = await bundle('4.2.12', base, []);
  const newer = await bundle('4.2.13', target, ['--base', older.output]);
  const authorize = () => Promise.resolve('push' as const);
  const served = await serveRegistry({ storageDir: join(folder, 'site'), host: '127.0.0.1', port: 0, authorize });
  try {
    const { registry } = served;
    const to = {
      OCI_PACK_REGISTRY: registry,
      OCI_PACK_BASE: 'packs',
      OCI_IMAGE_REGISTRY: registry,
      OCI_IMAGE_BASE: 'images',
    };
    const upload = (bin: string) => runProgram(bin, ['--no-install'], { env: { ...env, ...to }, cwd: folder });
    await upload(older.output);
    const { peakBytes } = await upload(newer.output);
    return { made: newer.peakBytes - idleBytes, rebuilt: peakBytes - idleBytes };
  } finally {
    await served.close();
  }
}
