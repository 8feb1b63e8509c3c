import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../../../client/api-client.ts';
import { ScriptedConsole, token } from '../../../testing/scripted-console.ts';
import { Secret } from '@sealift/core/secret';
import { askConflicts } from './ask-conflicts.ts';

let site: ScriptedConsole;
beforeEach(async () => {
  site = await ScriptedConsole.start();
});
afterEach(() => site.stop());

const side = (source: string) => ({ value: source, source, range: { start: 0, end: source.length, line: 1 } });
const conflict = (name: string, current: string) => ({
  path: ['app', name],
  kind: 'conflict',
  reason: 'Both changed it.',
  base: side('1'),
  current: side(current),
  incoming: side('3'),
});
const layer = (id: string, conflicts: readonly object[]) => ({
  id,
  hop: 0,
  layer: 'cni',
  pack: id,
  displayName: `The ${id}`,
  fromVersion: '1.0.0',
  toVersion: '1.0.1',
  state: 'conflicts',
  openConflicts: conflicts.length,
  keptCustomisations: 0,
  base: '',
  current: '',
  incoming: '',
  merged: '',
  passwords: [],
  decisions: conflicts,
  conflicts,
  resolutions: [],
  carried: [],
  problems: [],
  pasted: null,
  offered: [],
});
const layers = [
  layer('calico', [conflict('mtu', '2'), conflict('mode', `a${'\nb'.repeat(20)}`)]),
  layer('quiet', []),
  layer('csi', [conflict('size', '\u001b[2J9')]),
];

/** Answers as they are typed, one after another. */
async function asked(...typed: string[]) {
  return await askedAbout(layers, ...typed);
}

async function askedAbout(shown: readonly ReturnType<typeof layer>[], ...typed: string[]) {
  for (const one of shown) {
    const path = `/api/v1/upgrades/u1/layers/${one.id}`;
    site.answers.set(`GET ${path}`, { status: 200, body: one });
    site.answers.set(`PATCH ${path}/resolutions`, { status: 200, body: {} });
  }
  const api = new ApiClient({ url: site.url, token: new Secret(token), env: {} });
  const told: string[] = [];
  await askConflicts(
    api,
    { id: 'u1', layers: shown as never },
    {
      ask: (question) => {
        told.push(question);
        const next = typed.shift();
        return next === undefined ? Promise.reject(new Error('nobody answers')) : Promise.resolve(next);
      },
      tell: (line) => told.push(line),
    },
  );
  const saved = site.asked.filter(({ call }) => call.startsWith('PATCH'));
  return { told, saved: saved.map(({ call, body }) => [call.split('/').at(-2), body]) };
}

describe('conflicts, asked about one after another', () => {
  it('are each saved as they are answered, and nothing else is', async () => {
    const { saved, told } = await asked('c', ' I ', 'x', 'c');
    expect(saved).toEqual([
      ['calico', { set: [{ path: ['app', 'mtu'], take: 'current' }] }],
      ['calico', { set: [{ path: ['app', 'mode'], take: 'incoming' }] }],
      ['csi', { set: [{ path: ['app', 'size'], take: 'current' }] }],
    ]);
    expect(told.filter((line) => line.startsWith('Conflict'))).toEqual([
      'Conflict 1 of 3: The calico, app.mtu',
      'Conflict 2 of 3: The calico, app.mode',
      'Conflict 3 of 3: The csi, app.size',
    ]);
    expect(told).toContain('Type c, i, s or q.');
  });

  it('show both sides, long ones cut, and nothing that could move the cursor', async () => {
    const { told } = await asked('c', 'c', 'c');
    expect(told).toEqual(
      expect.arrayContaining(['  Both changed it.', '  was      1', '  yours    2', '  release  3']),
    );
    expect(told.some((line) => line.endsWith('… 9 more lines'))).toBe(true);
    expect(told.join('')).not.toContain('\u001b');
  });

  it('that are skipped stay open, and a stop leaves what was answered', async () => {
    expect((await asked('s', 'c', 'c')).saved).toMatchObject([
      ['calico', {}],
      ['csi', {}],
    ]);
    site.asked.length = 0;
    expect((await asked('c', 'q')).saved).toMatchObject([['calico', {}]]);
  });
});

describe('a conflict on a long text', () => {
  const file = (first: string, last: string, own: string): string => `${first}\n1\n2\n${own}\n3\n4\n${last}\n`;
  const long = (more: object = {}) => [
    layer('web', [
      {
        ...conflict('conf', ''),
        base: side(file('a', 'z', 'x')),
        current: side(file('ours', 'our end', 'x')),
        incoming: side(file('theirs', 'their end', 'new')),
        ...more,
      },
    ]),
  ];

  it('is settled hunk by hunk, and saved as one value', async () => {
    const { saved, told } = await askedAbout(long(), 'h', 'c', 'y', 'i');
    const value = '|\n  ours\n  1\n  2\n  new\n  3\n  4\n  their end';
    expect(saved).toEqual([['web', { set: [{ path: ['app', 'conf'], value }] }]]);
    expect(told).toEqual(
      expect.arrayContaining([
        '  Hunk 1 of 2',
        '  yours    ours',
        '  Hunk 2 of 2',
        '  release  their end',
        'Type c, i or b.',
      ]),
    );
  });

  it('is left open where that is given up, and can be answered as a whole then', async () => {
    const { saved } = await askedAbout(long(), 'h', 'c', 'b', 'i');
    expect(saved).toEqual([['web', { set: [{ path: ['app', 'conf'], take: 'incoming' }] }]]);
  });

  it('has no hunks where it is a secret', async () => {
    const { saved, told } = await askedAbout(long({ masked: true }), 'h', 's');
    expect(saved).toEqual([]);
    expect(told).toContain('Type c, i, s or q.');
    expect(told.join('')).not.toContain('[h]');
  });
});
