// Makes the differential of one file against another in a process of its own, so that its peak memory is its own.
import { createHash } from 'node:crypto';
import { open as openFile, stat, writeFile } from 'node:fs/promises';
import type { RandomBlob } from '../../packages/bundle/src/differential/disk/make-disk-recipe.ts';
import { recipeFor } from '../../packages/bundle/src/differential/recipe-for.ts';
import { peakOf } from './peak-memory.ts';

const [basePath = '', targetPath = '', output = ''] = process.argv.slice(2);
const idleBytes = peakOf('self');
const began = performance.now();
const { recipe, delta } = await recipeFor(await blobOf(basePath), await blobOf(targetPath));
{
  await using file = await openFile(output, 'w');
  for await (const chunk of delta.open()) await file.writeFile(chunk);
}
await writeFile(`${output}.recipe`, recipe);
const milliseconds = performance.now() - began;
const grownBytes = peakOf('self') - idleBytes;
process.stdout.write(JSON.stringify({ milliseconds, bytes: recipe.length + delta.size, grownBytes }));

async function blobOf(path: string): Promise<RandomBlob> {
  const { size } = await stat(path);
  const open = () => readChunks(path);
  const hash = createHash('sha256');
  for await (const chunk of open()) hash.update(chunk);
  const read = (offset: number, length: number) => readPart(path, offset, length);
  return { digest: `sha256:${hash.digest('hex')}`, size, open, read };
}

async function readPart(path: string, offset: number, length: number): Promise<Buffer> {
  await using file = await openFile(path, 'r');
  const bytes = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(bytes, 0, length, offset);
  if (bytesRead < length) throw new Error(`${path} ends early`);
  return bytes;
}

/** Into one buffer, as a bundle is read. */
async function* readChunks(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  await using file = await openFile(path, 'r');
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
