import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalogue } from '@sealift/core/errors';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { knownOptions } from '../packages/cli/src/commands/bundle/run-options.ts';
import { defaultCommandOf } from '../packages/cli/src/commands/completion/command-tree.ts';
import { buildProgram } from '../packages/cli/src/program.ts';
import { testContext } from '../packages/cli/src/testing/test-context.ts';
import { isTest } from './architecture/arrows.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const program = buildProgram(testContext().context);
const everyOption = new Set(['--help', '--version', ...knownOptions, ...optionsOfAll(program)]);

function* optionsOfAll(command: Command): Generator<string> {
  for (const { long } of command.options) if (long !== undefined && long !== null) yield long;
  for (const child of command.commands) yield* optionsOfAll(child);
}

/** Why a command line that a text names does not exist; undefined when it does. */
function flawOf(line: string): string | undefined {
  let command = program;
  const words = line.split(/\s+/).slice(1);
  for (let word = words[0]; word !== undefined && command.commands.length > 0; word = words[0]) {
    if (word.startsWith('-')) break;
    const child = command.commands.find((one) => one.name() === word);
    if (child === undefined) return `there is no command ${word} in ${command.name()}`;
    command = child;
    words.shift();
  }
  const usual = defaultCommandOf(command);
  if (usual !== undefined && words[0]?.startsWith('-') === true) command = usual;
  const known = new Set(command.options.map(({ long }) => long));
  const unknown = words.find(
    (word) => /^--[a-z]/.test(word) && !['--help', '--version'].includes(word) && !known.has(word),
  );
  return unknown === undefined ? undefined : `${command.name()} has no option ${unknown}`;
}

/** In code: quoted in a text. In pages: quoted, or a line of an example. */
const inCode = /(?:\\`|<code>|(?<='[^'\n]*)`(?=[^`'$\n]*`))(sealift [a-z][^`<\\\n]*)/g;
const inPages = /(?:`|^(?:npx )?(?=sealift ))(sealift [a-z][^`\n#|]*)/gm;
/** What begins a file of ours and is no command. */
const formats = /^sealift (?:recipe|gear)\b/;

/** What the sources, and the pages that people read, call a command line of sealift. */
function commandLines(): readonly { readonly path: string; readonly line: string }[] {
  const paths = [
    'packages/*/src/**/*.{ts,tsx}',
    'README.md',
    'docs/{guides,reference}/*.md',
    'examples/**/*.md',
    'deploy/**/*.yaml',
  ];
  return paths
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((path) => !isTest(path) && !path.endsWith('cli.md'))
    .flatMap((path) => {
      const found = readFileSync(`${root}${path}`, 'utf8').matchAll(/\.(?:md|yaml)$/.test(path) ? inPages : inCode);
      return [...found].map(([, line = '']) => ({ path, line })).filter(({ line }) => !formats.test(line));
    });
}

describe('what a person is told to do', () => {
  it('names commands and options that there are', () => {
    const lines = commandLines();
    expect(lines.length).toBeGreaterThan(100);
    const flaws = lines.map(({ path, line }) => ({ path, line, flaw: flawOf(line) }));
    expect(flaws.filter(({ flaw }) => flaw !== undefined)).toEqual([]);
  });

  it.each(Object.entries(catalogue))('%s names options that there are, and no call of the API', (_code, { hint }) => {
    const own = hint.replaceAll(/`(?!sealift )[^`]*`/g, '');
    const options = [...own.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option);
    expect(options.filter((option) => !everyOption.has(option))).toEqual([]);
    expect(own).not.toMatch(/\b(?:GET|POST|PUT|DELETE|PATCH) \//);
  });

  it('is refused when it is made up', () => {
    expect(flawOf('sealift keys trust FILE --console')).toBeUndefined();
    expect(flawOf('sealift keys forget FILE')).toContain('no command forget');
    expect(flawOf('sealift server run --username x')).toContain('no option --username');
  });
});
