import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { BundleExecutable } from '@sealift/bundle/create';

/** The executables to put into a bundle, until `dispose`. */
export interface ProvidedExecutables extends AsyncDisposable {
  readonly executables: readonly BundleExecutable[];
}

/**
 * The executables that a bundle made here carries: this very program when it is one, else one built from the checkout.
 *
 * @throws EXECUTABLE_UNAVAILABLE
 */
export async function provideExecutables(
  onPhase: (phase: string, fraction: number) => void,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ProvidedExecutables> {
  if (!isSea()) {
    const { buildExecutable } = await import('./build-executable.ts');
    const gzipPath = await buildExecutable(onPhase, env);
    return { executables: [{ architecture: 'amd64', gzipPath }], [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const folder = await mkdtemp(join(tmpdir(), 'sealift-executable-'));
  const gzipPath = join(folder, 'sealift.gz');
  onPhase('compress', 0);
  await pipeline(
    createReadStream(process.execPath, { highWaterMark: 1024 * 1024 }),
    createGzip({ level: 4, chunkSize: 1024 * 1024 }),
    createWriteStream(gzipPath),
  );
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  return { executables: [{ architecture, gzipPath }], [Symbol.asyncDispose]: dispose };
}
