import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

async function script(shell: string): Promise<string> {
  const { context, written } = testContext();
  expect(await run(['completion', shell], context)).toBe(0);
  return written.out.join('\n');
}
const [fish, zsh] = [peer('fish'), peer('zsh')];

/** What is on the line behind `sealift`, and some of what must be offered, or all of it where `only` says so. */
const lines: readonly {
  readonly words: readonly string[];
  readonly offers: readonly string[];
  readonly only?: true;
}[] = [
  { words: ['bund'], offers: ['bundle'], only: true },
  {
    words: ['bundle', ''],
    offers: ['create', 'verify', 'extract', 'info', 'list', 'inspect', 'inventory'],
    only: true,
  },
  { words: ['bundle', '--json', 've'], offers: ['verify'], only: true },
  { words: ['bundle', 'create', '--ke'], offers: ['--key', '--key-password-file'], only: true },
  { words: ['bundle', 'create', '--key', ''], offers: ['a key.pub', 'release.yaml'] },
  { words: ['bundle', 'create', '--key', 'bundle', '--out'], offers: ['--output'], only: true },
  { words: ['bundle', 'verify', 'rel'], offers: ['release.yaml'], only: true },
  { words: ['packs', 'validate', 'first', 'pa'], offers: ['packs-folder'], only: true },
  { words: ['download', '--connections', ''], offers: [], only: true },
  { words: ['completion', 'f'], offers: ['fish'], only: true },
];

describe('sealift completion', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-completion-'));
    mkdirSync(join(folder, 'packs-folder'));
    for (const name of ['release.yaml', 'a key.pub', 'pa-file']) writeFileSync(join(folder, name), '');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function ask(shell: readonly [string, ...string[]], text: string, args: readonly string[]): string[] {
    const [program, ...options] = shell;
    const said = execFileSync(program, [...options, text, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder },
    });
    return said.split('\n').filter((line) => line !== '');
  }

  it.each(lines)('has bash offer %j', async ({ words, offers, only }) => {
    const source = join(folder, 'completion.bash');
    writeFileSync(source, await script('bash'));
    const text = `source "$1"; shift; COMP_WORDS=(sealift "$@"); COMP_CWORD=$#; _sealift; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const offered = ask(['bash', '--norc', '-uc'], text, ['bash', source, ...words]);
    if (only === true) expect(offered.toSorted()).toEqual(offers.toSorted());
    else expect(offered).toEqual(expect.arrayContaining([...offers]));
  });

  it('has bash offer the value of an option that is written with an equals sign', async () => {
    const source = join(folder, 'completion.bash');
    writeFileSync(source, await script('bash'));
    const text = `source "$1"; COMP_WORDS=(sealift bundle create --file = rel); COMP_CWORD=5; _sealift; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(ask(['bash', '--norc', '-uc'], text, ['bash', source])).toEqual(['release.yaml']);
  });

  it('registers itself with bash', async () => {
    const text = 'eval "$1"; complete -p sealift';
    expect(ask(['bash', '--norc', '-uc'], text, ['bash', await script('bash')])).toEqual([
      'complete -F _sealift sealift',
    ]);
  });

  it.skipIf(fish.missing).each(lines)(`has fish offer %j (${fish.remedy})`, async ({ words, offers, only }) => {
    const source = join(folder, 'completion.fish');
    writeFileSync(source, await script('fish'));
    const text = 'source $argv[1]; complete -C (string join -- " " sealift $argv[2..])';
    const offered = ask(['fish', '--no-config', '-c'], text, [source, ...words]).map((line) =>
      line.split('\t')[0]?.replaceAll('\\', ''),
    );
    const plain = offered.map((line) => (line ?? '').replace(/\/$/, ''));
    if (only === true) expect([...new Set(plain)].toSorted()).toEqual(offers.toSorted());
    else expect(plain).toEqual(expect.arrayContaining([...offers]));
  });

  it.skipIf(zsh.missing).each(lines)(`has zsh offer %j (${zsh.remedy})`, async ({ words, offers, only }) => {
    const source = join(folder, 'completion.zsh');
    writeFileSync(source, await script('zsh'));
    // The functions of its completion system write down what they are given; only a line editor has the real ones.
    const text = `
      compdef() { : }
      _describe() { local name=$@[-1]; local one; for one in \${(P)name}; do print -r -- "\${one%%:*}"; done }
      _files() { if [[ $1 == -/ ]]; then print -rl -- *(/N); else print -rl -- *(N); fi }
      compadd() { shift; print -rl -- "$@" }
      source $1; shift
      words=(sealift "$@"); CURRENT=$(( $# + 1 ))
      _sealift`;
    const offered = ask(['zsh', '-f', '-c'], text, ['zsh', source, ...words]);
    const last = words.at(-1) ?? '';
    const matching = offered.filter((word) => word.startsWith(last));
    if (only === true) expect([...new Set(matching)].toSorted()).toEqual(offers.toSorted());
    else expect(matching).toEqual(expect.arrayContaining([...offers]));
  });

  it('refuses a shell that it does not know', async () => {
    const { context, written } = testContext();
    expect(await run(['completion', 'tcsh'], context)).toBe(1);
    expect(written.notes.join('\n')).toContain('USAGE');
  });
});
