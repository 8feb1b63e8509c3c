// Makes the differential of one file against another in a process of its own, so that its peak memory is its own.
import { createHash } from 'node:crypto';
import { open as openFile, stat, writeFile } from 'node:fs/promises';
import { makeRecipe, type RereadableBlob } from '../../packages/bundle/src/differential/make-recipe.ts';
import { peakOf } from './peak-memory.ts';

const [basePath = '', targetPath = '', output = ''] = process.argv.slice(2);
const idleBytes = peakOf('self');
const began = performance.now();
const { recipe, delta } = await makeRecipe(await blobOf(basePath), await blobOf(targetPath));
{
  await using file = await openFile(output, 'w');
  for await (const chunk of delta.open()) await file.writeFile(chunk);
}
await writeFile(`${output}.recipe`, recipe);
const milliseconds = performance.now() - began;
const grownBytes = peakOf('self') - idleBytes;
process.stdout.write(JSON.stringify({ milliseconds, bytes: recipe.length + delta.size, grownBytes }));

async function blobOf(path: string): Promise<RereadableBlob> {
  const { size } = await stat(path);
  const open = () => readChunks(path);
  const hash = createHash('sha256');
  for await (const chunk of open()) hash.update(chunk);
  return { digest: `sha256:${hash.digest('hex')}`, size, open };
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
