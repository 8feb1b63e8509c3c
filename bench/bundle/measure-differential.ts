// Makes the differential of one file against another in a process of its own, so that its peak memory is its own.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { makeRecipe, type RereadableBlob } from '../../packages/bundle/src/differential/make-recipe.ts';
import { peakOf } from './peak-memory.ts';

const [basePath = '', targetPath = '', output = ''] = process.argv.slice(2);
const idleBytes = peakOf('self');
const began = performance.now();
const { recipe, delta } = await makeRecipe(await blobOf(basePath), await blobOf(targetPath));
await pipeline(delta.open(), createWriteStream(output));
const milliseconds = performance.now() - began;
const grownBytes = peakOf('self') - idleBytes;
process.stdout.write(JSON.stringify({ milliseconds, bytes: recipe.length + delta.size, grownBytes }));

async function blobOf(path: string): Promise<RereadableBlob> {
  const { size } = await stat(path);
  const open = () => createReadStream(path, { highWaterMark: 1024 * 1024 });
  const hash = createHash('sha256');
  for await (const chunk of open()) hash.update(chunk as Buffer);
  return { digest: `sha256:${hash.digest('hex')}`, size, open };
}
