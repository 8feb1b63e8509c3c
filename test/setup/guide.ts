import { readFile } from 'node:fs/promises';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DemoContext } from '@sealift/cli/demo/demo-context';
import { type Finished, run, sealift } from './sealift.ts';

/** The blocks of commands of a guide, in its order. */
export async function guideBlocks(name: string): Promise<readonly string[]> {
  const text = await readFile(fileURLToPath(new URL(`../../docs/guides/${name}`, import.meta.url)), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.trimEnd());
}

/** Where a block is typed: the folder, its environment, and what stands in for the addresses and files of the example. */
export interface TypedIn {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly instead?: Readonly<Record<string, string>>;
  /** A command that fails ends nothing, as where a person goes on after what an exit code says; that of the last one holds. */
  readonly goesOn?: true;
}

/** The support host of a site, where somebody is logged in to its console. */
export function supportHost({ env, folder }: DemoContext): TypedIn {
  return { cwd: folder.path, env: { ...env, PATH: `${dirname(sealift)}${delimiter}${env['PATH'] ?? ''}` } };
}

/**
 * Types the one block of a guide that begins with some words into a shell, which stops at the first command that fails.
 *
 * @throws Error where none of the blocks, or several, begin so, and where something that is stood in for is not in it
 */
export async function typeBlock(guide: string, words: string, typedIn: TypedIn): Promise<Finished> {
  const { cwd, env, instead, goesOn } = typedIn;
  const typed = await blockToType(guide, words, instead);
  return await run('sh', [...(goesOn === true ? [] : ['-e']), '-c', typed], { env, cwd });
}

/**
 * The same block as it is typed, where the one who types does not wait for its end.
 *
 * @throws Error as `typeBlock`
 */
export async function blockToType(
  guide: string,
  words: string,
  instead: Readonly<Record<string, string>> = {},
): Promise<string> {
  const [block, ...others] = (await guideBlocks(guide)).filter((one) => one.startsWith(words));
  if (block === undefined || others.length > 0) throw new Error(`not one block of ${guide} begins with ${words}`);
  return Object.entries(instead).reduce((text, [example, place]) => {
    if (!text.includes(example)) throw new Error(`the block of ${guide} that begins with ${words} has no ${example}`);
    return text.replaceAll(example, place);
  }, block);
}
