import { resolve } from 'node:path';
import type { Rehearsal } from '@sealift/site/rehearse';
import { describe, expect, it } from 'vitest';
import { ScriptedConsole } from '../../testing/scripted-console.ts';
import { showRehearsal } from './rehearsal-report.ts';

const clean: Rehearsal = {
  running: 'v1.36.3',
  other: 'v1.37.2',
  emulated: '1.36',
  served: true,
  findings: [],
  objects: 250,
  written: 250,
  refusedByBoth: 0,
  keys: 260,
  untold: 0,
  leftOut: [],
  unread: [],
  back: null,
};

function shown(rehearsal: Rehearsal): { readonly out: readonly string[]; readonly notes: readonly string[] } {
  const out: string[] = [];
  const notes: string[] = [];
  showRehearsal(rehearsal, { out: (text) => out.push(text), note: (text) => notes.push(text) });
  return { out, notes };
}

const programs = ['--etcd', './e', '--etcdutl', './u', '--running-kube-apiserver', './a', '--kube-apiserver', './b'];

/** Types the command. */
async function rehearseBy(...args: readonly string[]) {
  const site = await ScriptedConsole.start();
  try {
    return await site.sealift(['upgrade', 'rehearse', ...args]);
  } finally {
    site.stop();
  }
}

describe('sealift upgrade rehearse', () => {
  it('says what was looked at, and that nothing is in the way', () => {
    expect(shown(clean)).toEqual({
      out: [
        'From v1.36.3 to v1.37.2 emulating 1.36',
        '250 objects listed, 250 of them written as a dry run; 260 keys in etcd',
        'Nothing is in the way.',
      ],
      notes: [],
    });
  });

  it('tells each finding with what to do, and never that nothing is in the way', () => {
    const finding = {
      kind: 'exits',
      object: 'kube-apiserver v1.37.2',
      text: 'unknown flag',
      remedy: 'Drop it.',
      more: 0,
    } as const;
    const { out, notes } = shown({
      ...clean,
      served: false,
      findings: [finding, { ...finding, kind: 'orphan', more: 3 }],
    });
    expect(out.slice(1)).toEqual([
      'exits: kube-apiserver v1.37.2: unknown flag',
      '  Drop it.',
      'orphan: kube-apiserver v1.37.2: unknown flag (and 3 more)',
      '  Drop it.',
    ]);
    expect(notes).toEqual(['v1.37.2 emulating 1.36 did not serve, so no object was looked at.']);
  });

  it('names what nobody looked at', () => {
    const { notes } = shown({
      ...clean,
      refusedByBoth: 2,
      untold: 4,
      leftOut: ['audit-log-path'],
      unread: ['/apis/x/v1/y'],
    });
    expect(notes).toHaveLength(4);
    for (const part of ['2 objects', 'audit-log-path', '/apis/x/v1/y', '4 values'])
      expect(notes.join('\n')).toContain(part);
  });

  it('starts programs from where they are named, not from a folder of its own', async () => {
    const { code, notes } = await rehearseBy('--etcd-snapshot', './s', ...programs);
    expect([code, notes]).toEqual([1, expect.stringContaining(resolve('a'))]);
  });

  it('takes a snapshot, or the cluster that one is taken of', async () => {
    const { code, notes } = await rehearseBy('--etcd-snapshot', './s', '--kubeconfig', './k', ...programs);
    expect([code, notes]).toEqual([1, expect.stringContaining('not both')]);
  });

  it('asks for every program, and names one that is not there', async () => {
    const asked = ['--etcd-snapshot', '/nowhere/s', '--etcd', '/nowhere/e', '--etcdutl', '/nowhere/u'];
    expect((await rehearseBy(...asked)).notes).toContain('--running-kube-apiserver');
    const servers = ['--running-kube-apiserver', '/nowhere/a', '--kube-apiserver', '/nowhere/b'];
    const { code, notes } = await rehearseBy(...asked, ...servers);
    expect([code, notes.includes('REHEARSAL_PROGRAM_FAILED'), notes.includes('/nowhere/a')]).toEqual([1, true, true]);
  });
});
