import type { RehearsalLeg, RehearsedWay, UpgradeRehearsal } from '@sealift/core/rehearsal';
import { describe, expect, it } from 'vitest';
import { judgeRehearsal, longestValidMs, type RehearsalFacts } from './rehearsal-check.ts';

const legs: readonly RehearsalLeg[] = [{ from: '1.36.3', to: '1.37.2', native: true, andBack: false }];
const now = new Date('2026-11-29T12:00:00.000Z');
const way: RehearsedWay = {
  way: 'forward',
  running: 'v1.36.3',
  other: 'v1.37.2',
  emulated: null,
  served: true,
  objects: 250,
  written: 250,
  findings: [],
  found: 0,
  unlooked: [],
};
const ended: UpgradeRehearsal = {
  state: 'ended',
  by: 'ann',
  startedAt: '2026-11-29T11:00:00.000Z',
  finishedAt: '2026-11-29T11:02:00.000Z',
  stage: 'comparing',
  legs: [...legs],
  cluster: 'sha256:a',
  ways: [way],
  failure: null,
};
const judge = (facts: Partial<RehearsalFacts> = {}) =>
  judgeRehearsal({ legs, last: ended, cluster: 'sha256:a', lacking: [], now, ...facts });

type Found = RehearsedWay['findings'][number];
function found(kind: Found['kind'], change: Partial<RehearsedWay> = {}): UpgradeRehearsal {
  const finding: Found = { kind, object: 'Thing a/b', text: 'gone', remedy: 'Keep it.', more: 2 };
  return { ...ended, ways: [{ ...way, findings: [finding], found: 1, ...change }] };
}

describe('the rehearsal of an upgrade', () => {
  it('passes where nothing is in the way, and says what was looked at and what was not', () => {
    const last = { ...ended, ways: [{ ...way, unlooked: ['4 values are encrypted'] }] };
    expect(judge({ last })).toEqual({
      outcome: 'pass',
      detail: 'Nothing is in the way: v1.37.2 beside v1.36.3, 250 objects. Not looked at: 4 values are encrypted',
    });
  });

  it.each<[string, Partial<RehearsalFacts>, string]>([
    ['was never done', { last: null }, 'not rehearsed yet: from 1.36.3 to 1.37.2'],
    ['is under way', { last: { ...ended, state: 'running', finishedAt: null } }, 'being rehearsed since'],
    ['is older than a day', { now: new Date(Date.parse(ended.startedAt) + longestValidMs + 1) }, 'older than a day'],
    ['was of another cluster', { cluster: 'sha256:b' }, 'were changed since'],
    [
      'was about other minors',
      { legs: [{ from: '1.36.3', to: '1.37.4', native: true, andBack: false }] },
      'other versions',
    ],
    [
      'came to no end',
      { last: { ...ended, state: 'failed', failure: { message: 'no room', hint: 'Make room.' } } },
      'no end: no room',
    ],
  ])('is unknown where it %s, and a person may go on without it', (_, facts, words) => {
    const finding = judge(facts);
    expect(finding.outcome).toBe('unknown');
    expect(finding.detail).toContain(words);
    expect(finding.risk?.objects).toHaveLength(1);
    expect(finding.remedy).not.toBe('');
  });

  it('warns where the programs for it are missing, which stops nobody, and says what to do', () => {
    const lacking = ['etcdutl', 'kube-apiserver of 1.37'];
    expect(judge({ last: null, lacking })).toMatchObject({
      outcome: 'warn',
      detail: 'It was not rehearsed: there is no etcdutl, no kube-apiserver of 1.37',
      remedy: expect.stringContaining('--rehearsal-programs') as string,
    });
    expect(judge({ cluster: 'sha256:b', lacking }).detail).toContain('were changed since; there is no etcdutl');
    // What was found while they were there counts.
    expect(judge({ lacking })).toMatchObject({ outcome: 'pass' });
  });

  it.each(['exits', 'never-ready', 'unreadable', 'unwritable'] as const)(
    'blocks where something %s, by name',
    (kind) => {
      const finding = judge({ last: found(kind) });
      expect(finding).toMatchObject({
        outcome: 'block',
        items: [{ place: 'Thing a/b', text: `${kind}: gone (and 2 more)`, remedy: 'Keep it.' }],
        risk: { objects: [`${kind} forward: Thing a/b`] },
      });
    },
  );

  it.each(['orphan', 'dropped-field', 'changed-field'] as const)('warns of what is a %s', (kind) => {
    expect(judge({ last: found(kind) })).toMatchObject({ outcome: 'warn', items: [{ remedy: 'Keep it.' }] });
  });

  it('tells the way back from the way there', () => {
    const back = found('never-ready', { way: 'back', running: 'v1.37.2', other: 'v1.36.3', served: false });
    const finding = judge({ last: { ...back, ways: [way, ...back.ways] } });
    expect(finding.items?.[0]?.place).toBe('Thing a/b, on the way back');
    expect(finding.risk?.consequence).toContain('taken back');
    expect(finding.detail).toContain('did not serve, so no object was looked at');
  });

  it('is accepted by nobody where more was found than was kept', () => {
    const finding = judge({ last: found('unwritable', { found: 300 }) });
    expect([finding.outcome, finding.risk]).toEqual(['block', undefined]);
    expect(finding.detail).toContain('300 things were found');
  });
});
