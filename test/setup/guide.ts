import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The blocks of commands of a guide, in its order. */
export async function guideBlocks(name: string): Promise<readonly string[]> {
  const text = await readFile(fileURLToPath(new URL(`../../docs/guides/${name}`, import.meta.url)), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.trimEnd());
}
