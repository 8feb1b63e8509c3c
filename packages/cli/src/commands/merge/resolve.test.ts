import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const item = (host: string) => `env:\n  - name: X\n    value: ${host}\n  - name: Y\n    value: 1\n`;
const rest = (size: string, word: string) =>
  `labels:\n  app.kubernetes.io/name: ${size}\npassword: ${word}\ntrue: ${size}\nlimit: .inf\n`;
const texts = {
  base: item('old') + rest('1', 'first'),
  current: item('site') + rest('2', 'hunter2'),
  incoming: item('new') + rest('3', 'third').replace('.inf', '-.inf'),
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-cli-resolve-'));
  const path = folder;
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text);
});

async function sealift(...args: readonly string[]) {
  const { context, written } = testContext();
  const named = Object.keys(texts).flatMap((name) => [`--${name}`, join(folder, name)]);
  const exit = await run(['merge', ...args, ...named], context);
  return { exit, out: written.out.join(''), notes: written.notes.join('\n') };
}

async function resolve(text: string) {
  const file = join(folder, 'resolve.yaml');
  await writeFile(file, text);
  return await sealift('--resolve', file);
}

const all = `- {path: 'env[name=X].value', take: incoming}
- {path: 'labels["app.kubernetes.io/name"]', take: base}
- {path: [password], take: current}
- {path: '["true"]', value: {a: [1]}}
`;

describe('answers to conflicts', () => {
  it('name paths as the conflicts were printed, or as lists', async () => {
    const printed = (await sealift()).notes;
    for (const path of ['env[name=X].value', 'labels["app.kubernetes.io/name"]', 'password'])
      expect(printed).toContain(`conflict: ${path} (`);
    const { exit, out, notes } = await resolve(all);
    expect([exit, notes]).toEqual([0, '']);
    expect(out).toBe(
      `${item('new')}labels:\n  app.kubernetes.io/name: 1\npassword: hunter2\ntrue: {"a":[1]}\nlimit: -.inf\n`,
    );
  });

  it('may be none: the file is empty, or holds comments only', async () => {
    for (const text of ['', '# later\n', 'resolutions:\n', '[]\n']) {
      const { exit, notes } = await resolve(text);
      expect(exit).toBe(1);
      expect(notes).toContain('4 conflicts left; settle them with --resolve');
    }
  });

  it('leave one conflict, in the singular', async () => {
    const { exit, notes } = await resolve(all.split('\n').slice(1).join('\n'));
    expect(exit).toBe(1);
    expect(notes).toContain('1 conflict left; settle it with --resolve');
  });

  it.each([
    [
      'the same path twice, written differently',
      '- {path: [env, {name: X}, value], take: base}\n- {path: "env[name=X].value", take: base}',
      'entry 1 and entry 2 both answer',
      'Keep one',
    ],
    [
      'an unknown side',
      '- {path: password, take: current}\n- {path: limit, take: theirs}',
      'entry 2',
      'Write `take: current`',
    ],
    ['nothing chosen', '- path: password\n  take:\n', 'nothing is chosen', 'Write `take: current`'],
    ['both', '- {path: password, take: current, value: "1"}', 'both `take` and `value`', 'Keep one'],
    ['an unknown member', '- {path: password, choose: current}', 'no "choose"', 'Write `take: current`'],
    ['no path', '- {take: current}', 'it has no path', 'as the conflict shows it'],
    [
      'a path that cannot be read',
      '- {path: "env[name=X", take: current}',
      'from column 4 on',
      'as the conflict shows it',
    ],
    ['no mapping', '- current', 'it is no mapping', '{path, take}'],
    ['no list', 'path: password\ntake: current\n', 'it is no list', '--skeleton'],
  ])('are refused with entry and mend: %s', async (_, text, message, mend) => {
    const { exit, notes } = await resolve(text);
    expect(exit).toBe(2);
    expect(notes).toContain(message);
    expect(/fix: (.*)/.exec(notes)?.[1]).toContain(mend);
    expect(notes).toMatch(/at: .*resolve\.yaml/);
  });

  it('are written to be filled, with secrets masked, and refused while they are not filled', async () => {
    const { exit, out } = await sealift('explain', '--skeleton');
    expect(exit).toBe(1);
    expect(out).toContain('# 4 conflicts.');
    expect(out).toContain('- path: env[name=X].value\n');
    expect(out).toContain('# current: site (line 3)');
    expect(out).not.toContain('hunter2');
    expect((await resolve(out)).notes).toContain('nothing is chosen');
    const filled = await resolve(out.replaceAll('take:\n', 'take: incoming\n'));
    expect([filled.exit, filled.notes]).toEqual([0, '']);
    expect(filled.out).toBe(await readFile(join(folder, 'incoming'), 'utf8'));
    const settled = await sealift('explain', '--skeleton', '--resolve', join(folder, 'resolve.yaml'));
    expect(settled.exit).toBe(0);
    expect((await resolve(settled.out)).notes).toContain('4 conflicts left');
  });
});

it('infinity survives JSON', async () => {
  const limit = JSON.parse((await sealift('--json')).out).decisions.find(
    ({ path }: { path: unknown[] }) => path[0] === 'limit',
  );
  expect([limit.base.value, limit.incoming.value]).toEqual(['.inf', '-.inf']);
});
