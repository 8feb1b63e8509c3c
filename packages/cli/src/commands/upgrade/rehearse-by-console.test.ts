import type { RehearsedWay, UpgradeRehearsal } from '@sealift/core/rehearsal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedConsole } from '../../testing/scripted-console.ts';
import { upgradeSample } from '../../testing/upgrade-sample.ts';

let site: ScriptedConsole;
beforeEach(async () => {
  site = await ScriptedConsole.start();
});
afterEach(() => site.stop());

const path = '/api/v1/upgrades/u1';
const way: RehearsedWay = {
  way: 'forward',
  running: 'v1.36.3',
  other: 'v1.37.2',
  emulated: '1.36',
  served: true,
  objects: 250,
  written: 249,
  findings: [],
  found: 0,
  unlooked: ['4 values in etcd are encrypted'],
};
const running: UpgradeRehearsal = {
  state: 'running',
  by: 'ann',
  startedAt: '2026-11-29T11:00:00.000Z',
  finishedAt: null,
  stage: 'taking a snapshot of etcd',
  legs: [{ from: '1.36.3', to: '1.37.2', native: false, andBack: true }],
  cluster: null,
  ways: [],
  failure: null,
};
const back: RehearsedWay = { ...way, way: 'back', running: 'v1.37.2', other: 'v1.36.3', emulated: null, unlooked: [] };
const ended: UpgradeRehearsal = { ...running, state: 'ended', stage: 'comparing', ways: [way, back] };

/** The console has this rehearsal when it is asked first, and that one from then on. */
function told(first: UpgradeRehearsal | null, then: UpgradeRehearsal): void {
  const next = { status: 200, body: upgradeSample({ rehearsal: then }) };
  site.answers.set(`GET ${path}`, { status: 200, body: upgradeSample({ rehearsal: first }), next });
  site.answers.set(`POST ${path}/rehearsal`, { status: 202, body: upgradeSample({ rehearsal: running }) });
}
const calls = (): readonly string[] => site.asked.map(({ call }) => call);
const rehearse = (...args: readonly string[]) => site.sealift(['upgrade', 'rehearse', 'u1', ...args]);

describe('sealift upgrade rehearse, without programs', () => {
  it('has the console do it, waits, and says both ways and what nobody looked at', async () => {
    told(null, ended);
    const { code, out, notes } = await rehearse();
    expect(code).toBe(0);
    expect(calls()).toEqual([`GET ${path}`, `POST ${path}/rehearsal`, `GET ${path}`]);
    expect(out.split('\n')).toEqual([
      'Rehearsed from 1.36.3 to 1.37.2, emulating 1.36, and back',
      'From v1.36.3 to v1.37.2 emulating 1.36',
      '250 objects listed, 249 of them written as a dry run',
      'Back to v1.36.3 after v1.37.2',
      '250 objects listed, 249 of them written as a dry run',
      'Nothing is in the way.',
    ]);
    expect(notes).toContain('4 values in etcd are encrypted');
  });

  it('joins one that is under way, and ends with 2 where something is in the way, each with its remedy', async () => {
    const finding = {
      kind: 'unwritable',
      object: 'Thing a/b',
      text: 'refused',
      remedy: 'Change it.',
      more: 0,
    } as const;
    told(running, { ...ended, ways: [{ ...way, findings: [finding], found: 3 }] });
    const { code, out } = await rehearse();
    expect([code, calls().some((call) => call.startsWith('POST'))]).toEqual([2, false]);
    expect(out).toContain('unwritable: Thing a/b: refused\n  Change it.\nand 2 more');
    expect(out).not.toContain('Nothing is in the way');
  });

  it('fails where the console came to no end, with its reason and remedy', async () => {
    const failure = { message: 'no pod of etcd', hint: 'Look at kube-system.' };
    told(null, { ...ended, state: 'failed', failure });
    const { code, notes } = await rehearse();
    expect([code, notes.includes('REHEARSAL_FAILED'), notes.includes('no pod of etcd')]).toEqual([1, true, true]);
    expect(notes).toContain('Look at kube-system.');
  });

  it('takes either an upgrade of the console or programs of this machine', async () => {
    const { code, notes } = await rehearse('--etcd', './e', '--etcdutl', './u', '--kube-apiserver', './b');
    expect([code, notes.includes('--running-kube-apiserver')]).toEqual([1, false]);
    expect(notes).toContain('leave out the id');
    expect(calls()).toEqual([]);
  });
});
