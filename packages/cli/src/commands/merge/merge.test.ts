import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';
import { dedent, sideBySide, widthOf, wrap } from './columns.ts';

const base = 'a: 1\nb: 1\nm:\n  password: x\n';
const current = 'a: 2 # ours\nb: 2\nm:\n  password: hunter2\n';
const incoming = 'a: 1\nb: 3\nm:\n  password: x\n  new: true';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-cli-merge-'));
  const path = folder;
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  for (const [name, text] of Object.entries({ base, current, incoming })) await put(name, text);
});

async function put(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function merge(...args: readonly string[]) {
  const { context, written } = testContext();
  const texts = ['base', 'current', 'incoming'].flatMap((name) => [`--${name}`, join(folder, name)]);
  const exit = await run(['merge', ...args, ...texts], context);
  return { exit, out: written.out.join(''), notes: written.notes.join('\n') };
}

describe('sealift merge', () => {
  it('prints the merged text byte for byte, lists the conflicts and exits 1', async () => {
    const { exit, out, notes } = await merge();
    expect(exit).toBe(1);
    expect(out).toBe('a: 2 # ours\nb: 2\nm:\n  password: hunter2\n  new: true');
    expect(notes).toContain('conflict: b (current, line 2): The site and the release changed it to different values.');
  });

  it('exits 0 when resolutions settle all, and writes the file whole', async () => {
    const output = join(folder, 'merged.yaml');
    const resolve = await put('resolve.json', '[{"path":["b"],"take":"incoming"}]');
    expect((await merge('--resolve', resolve, '-o', output)).exit).toBe(0);
    expect(await readFile(output, 'utf8')).toBe('a: 2 # ours\nb: 3\nm:\n  password: hunter2\n  new: true');
    expect((await readdir(folder)).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('prints decisions, conflicts and text as one JSON object', async () => {
    const { exit, out } = await merge('--json');
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      clean: false,
      text: 'a: 2 # ours\nb: 2\nm:\n  password: hunter2\n  new: true',
      decisions: [
        { path: ['a'], kind: 'kept-custom', current: { value: 2, source: '2', range: { line: 1 } } },
        { path: ['b'], kind: 'conflict' },
        { path: ['m', 'password'], kind: 'kept-custom' },
        { path: ['m', 'new'], kind: 'added-by-release' },
      ],
      conflicts: [{ path: ['b'], base: 1, current: 2, incoming: 3 }],
    });
  });

  it.each([
    ['a file that is not there', 'current', undefined, 'MERGE_INPUT_UNREADABLE'],
    ['broken YAML', 'current', 'a: [1\n', 'MERGE_YAML_INVALID'],
    ['bytes that are not UTF-8', 'incoming', '\uD800', 'MERGE_INPUT_UNREADABLE'],
  ])('exits 2 for %s and names the file', async (_, name, text, code) => {
    const path = join(folder, name);
    if (text === undefined) await rm(path);
    else await writeFile(path, text === '\uD800' ? Buffer.from([0xff, 0xfe, 0xff]) : text);
    const { exit, notes } = await merge();
    expect(exit).toBe(2);
    expect(notes).toContain(code);
    expect(notes).toContain(path);
  });

  it('exits 2 when a text is not named', async () => {
    const { context, written } = testContext();
    expect(await run(['merge', '--base', join(folder, 'base')], context)).toBe(2);
    expect(written.notes.join('\n')).toContain('--current');
  });

  it('follows the migrations of a release file', async () => {
    await put('incoming', 'moved: {a: 1}\nb: 1\nm:\n  password: x\n');
    const migrations = await put(
      'release.yaml',
      'spec:\n  migrations:\n    - {pack: app, move: {from: /a, to: /moved/a}}\n    - {pack: other, move: {from: /b, to: /z}}\n',
    );
    const { exit, out } = await merge('--migrations', migrations, '--pack', 'app');
    expect(exit).toBe(0);
    expect(out).toContain('moved: {a: 2}');
  });

  it.each([
    ['schema.yaml', `m.password:\n  schema: '{{ required | format "\${number}" }}'\n`, 'format: m.password'],
    ['schema.json', '{"type":"object","properties":{"a":{"type":"string"}}}', 'schema: a'],
  ])('checks the result against %s and exits 2', async (name, text, problem) => {
    await put('incoming', 'a: 1\nb: 1\nm:\n  password: x\n');
    const { exit, notes } = await merge('--schema', await put(name, text));
    expect(exit).toBe(2);
    expect(notes).toContain(problem);
  });
});

describe('sealift merge explain', () => {
  it('tells each decision and why in at most 80 columns, with secrets masked', async () => {
    await put('current', `${current}long: ${'word '.repeat(60)}\nwide: ${'漢字'.repeat(50)}\nescape: "\u009B31m"\n`);
    const { context, written } = testContext();
    const texts = ['base', 'current', 'incoming'].flatMap((name) => [`--${name}`, join(folder, name)]);
    expect(await run(['merge', 'explain', ...texts], context)).toBe(1);
    const lines = written.out.map((line) => stripVTControlCharacters(line));
    const report = lines.join('\n');
    expect(report).toContain('Conflicts (1)');
    expect(report).toContain('The site and the release changed it to different values.');
    expect(report).toMatch(/current, line 2: +│ incoming, line 2:\n +2 +│ 3/);
    expect(report).not.toContain('hunter2');
    expect(written.out.join('')).not.toContain('\u009B');
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(80);
  });

  it('shows the lines that each side changed in a text merged by line, wherever they stand', {
    timeout: 30_000,
  }, async () => {
    const text = (first: string, last: string) => `s: |\n  ${first}\n${'  x\n'.repeat(130_000)}  ${last}\n`;
    for (const [name, value] of Object.entries({
      base: text('a', 'z'),
      current: text('ours', 'z'),
      incoming: text('a', 'theirs'),
    })) {
      await put(name, value);
    }
    const { context, written } = testContext();
    const texts = ['base', 'current', 'incoming'].flatMap((name) => [`--${name}`, join(folder, name)]);
    expect(await run(['merge', 'explain', ...texts], context)).toBe(0);
    const report = written.out.map((line) => stripVTControlCharacters(line)).join('\n');
    expect(report).toMatch(/1 path differs; no conflict is open/);
    expect(report).toMatch(/default, line 2: +│ current, line 2:\n +a +│ ours/);
    expect(report).toMatch(/default, line 130003: +│ incoming, line 130003:\n +z +│ theirs/);
  });
});

describe('columns', () => {
  it('wrap at spaces and count wide characters twice', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(widthOf('漢字ab')).toBe(6);
  });

  it('stand side by side, cut after some lines', () => {
    const long = Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n');
    expect(sideBySide(long, 'x', 5)).toHaveLength(5);
    expect(sideBySide(long, 'x', 5).at(-1)).toContain('26 more lines');
  });

  it('cost no more than the texts are long', () => {
    const long = 'word '.repeat(400_000);
    expect(wrap(long, 40).every((line) => line.length <= 40)).toBe(true);
    expect(sideBySide(' '.repeat(2_000_000), long)).toHaveLength(12);
    expect(dedent(`a:\n${'    b\n'.repeat(200_000)}`)).toBe(`a:\n${'  b\n'.repeat(200_000)}`);
  });
});
