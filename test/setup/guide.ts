import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Finished, run } from './sealift.ts';

/** The blocks of commands of a guide, in its order. */
export async function guideBlocks(name: string): Promise<readonly string[]> {
  const text = await readFile(fileURLToPath(new URL(`../../docs/guides/${name}`, import.meta.url)), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.trimEnd());
}

/** Where a block is typed: the folder, its environment, and what stands in for the addresses and files of the example. */
export interface TypedIn {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly instead?: Readonly<Record<string, string>>;
}

/**
 * Types the one block of a guide that begins with some words into a shell, which stops at the first command that fails.
 *
 * @throws Error where none of the blocks, or several, begin so
 */
export async function typeBlock(guide: string, words: string, typedIn: TypedIn): Promise<Finished> {
  const { cwd, env, instead = {} } = typedIn;
  const [block, ...others] = (await guideBlocks(guide)).filter((one) => one.startsWith(words));
  if (block === undefined || others.length > 0) throw new Error(`not one block of ${guide} begins with ${words}`);
  const typed = Object.entries(instead).reduce((text, [example, place]) => text.replaceAll(example, place), block);
  return await run('sh', ['-e', '-c', typed], { env, cwd });
}
