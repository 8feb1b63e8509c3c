import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DemoContext } from '@sealift/cli/demo/demo-context';
import { type Finished, run, sealift } from './sealift.ts';

export function guideText(name: string): Promise<string> {
  return readFile(fileURLToPath(new URL(`../../docs/guides/${name}`, import.meta.url)), 'utf8');
}

/** The blocks of commands of a guide, in its order. */
export function guideBlocks(name: string): Promise<readonly string[]> {
  return fencedIn(name, 'sh');
}

/** The blocks of a guide that are fenced as some language, `''` for none. */
export async function fencedIn(name: string, language: string): Promise<readonly string[]> {
  const text = await guideText(name);
  const fenced = [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)];
  return fenced.filter(([, named]) => named === language).map(([, , block = '']) => block.trimEnd());
}

/** A program that waits for another question than the one that was thought of ends after this. */
const patienceMs = 100_000;

/** Once a terminal shows the first, the second is typed there, when it is known. */
export type Answer = readonly [question: string, answer: string | Promise<string>];

/** What interrupts a program on a terminal. */
export const controlC = '\x03';

/** Where a block is typed: the folder, its environment, and what stands in for the addresses and files of the example. */
export interface TypedIn {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly instead?: Readonly<Record<string, string>>;
  /** A command that fails ends nothing, as where a person goes on after what an exit code says; that of the last one holds. */
  readonly goesOn?: true;
  /** What is asked there, in order, by programs that ask on a terminal alone: with answers there is one. */
  readonly answers?: readonly Answer[];
}

/** The support host of a site, where somebody is logged in to its console. */
export function supportHost({ env, folder }: DemoContext): TypedIn {
  return { cwd: folder.path, env: { ...env, PATH: `${dirname(sealift)}${delimiter}${env['PATH'] ?? ''}` } };
}

/**
 * Types the one block of a guide that begins with some words, or is them, into a shell, which stops at the first command that fails.
 *
 * @throws Error as `blockToType`
 */
export async function typeBlock(guide: string, words: string, typedIn: TypedIn): Promise<Finished> {
  const { cwd, env, instead, goesOn, answers } = typedIn;
  const block = await blockToType(guide, words, instead);
  const typed = goesOn === true ? block : `set -e\n${block}`;
  if (answers === undefined) return await run('sh', ['-c', typed], { env, cwd });
  return await typeOnTerminal(typed, answers, { env, cwd });
}

/**
 * The same block as it is typed, where another shell types it.
 *
 * @throws Error where none of the blocks is so, or several begin so, and where something that is stood in for is not in it
 */
export async function blockToType(
  guide: string,
  words: string,
  instead: Readonly<Record<string, string>> = {},
): Promise<string> {
  const blocks = await guideBlocks(guide);
  const same = blocks.filter((one) => one === words);
  const [found, ...others] = same.length > 0 ? same : blocks.filter((one) => one.startsWith(words));
  if (found === undefined || others.length > 0) throw new Error(`not one block of ${guide} begins with ${words}`);
  return Object.entries(instead).reduce((text, [example, place]) => {
    if (!text.includes(example)) throw new Error(`the block of ${guide} that begins with ${words} has no ${example}`);
    return text.replaceAll(example, place);
  }, found);
}

/** A terminal of one's own (script(1)); what it shows is the standard output. */
async function typeOnTerminal(
  typed: string,
  answers: readonly Answer[],
  { cwd, env }: Pick<TypedIn, 'cwd' | 'env'>,
): Promise<Finished> {
  const options = { cwd, env: { ...env, SHELL: '/bin/sh' }, timeout: patienceMs };
  const terminal = spawn('script', ['-qec', typed, '/dev/null'], options);
  let [shown, seen] = ['', 0];
  let open = answers;
  terminal.stdout.on('data', (part: Buffer) => {
    shown += part.toString('utf8');
    const [question, answer] = open[0] ?? [];
    const found = question === undefined ? -1 : shown.indexOf(question, seen);
    if (question === undefined || answer === undefined || found < 0) return;
    seen = found + question.length;
    open = open.slice(1);
    void Promise.resolve(answer).then((keys) => terminal.stdin.write(keys === controlC ? keys : `${keys}\n`));
  });
  const [code] = (await once(terminal, 'close')) as [number | null];
  const stderr = open.length === 0 ? '' : `nobody asked: ${open.map(([question]) => question).join(', ')}`;
  return { code, stdout: shown, stderr };
}
