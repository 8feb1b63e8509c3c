import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { buildExecutable } from '../packages/cli/src/executable/build-executable.ts';

/** Writes the executable that a bundle sets up, built from the checkout: what people run, and not sources that have to be stripped of types first. */
export async function writeExecutable(path: string): Promise<void> {
  const built = await buildExecutable(() => undefined, process.env);
  await pipeline(createReadStream(built), createGunzip(), createWriteStream(path, { mode: 0o755 }));
}
