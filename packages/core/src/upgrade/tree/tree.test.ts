import { describe, expect, it } from 'vitest';
import type { StepSample } from '../estimate/estimate.ts';
import { samplesOf, usualTime } from '../estimate/estimate.ts';
import type { JournalEntry, JournalLine } from '../journal/journal.ts';
import type { Plan } from '../plan/plan.ts';
import { waitingFor } from '../wait/wait.ts';
import { upgradeTree } from './tree.ts';

const release = `sha256:${'a'.repeat(64)}`;
const target = { kubernetes: '1.26.10', template: 't' };
const plan: Plan = {
  product: 'Harborview',
  from: '1.0.0',
  to: '1.0.1',
  nodeImage: { needed: true, kubernetesFrom: '1.26.8', kubernetesTo: '1.26.10', reason: 'It changes.' },
  hops: [
    {
      from: '1.0.0',
      to: '1.0.1',
      release,
      steps: [
        { id: '0-backup', kind: 'backup', title: 'Back up', rollback: 'reversible' },
        { id: '0-workers', kind: 'workers', title: 'Roll the workers', rollback: 'one-way', target },
        { id: '0-validate', kind: 'validate', title: 'Validate', rollback: 'restorable' },
      ],
    },
  ],
};
const begun = Date.parse('2026-01-01T00:00:00.000Z');
const second = (n: number) => new Date(begun + n * 1000);
function entry(n: number, stepId: string, line: JournalLine): JournalEntry {
  return { upgradeId: 'u', stepId, epoch: 1, at: second(n).toISOString(), ...line };
}
const intent = (n: number, id: string) =>
  entry(n, id, { phase: 'intent', data: { direction: 'forward', message: 'asks', details: {} } });
const proof = (n: number, id: string, details = {}) =>
  entry(n, id, { phase: 'evidence', data: { direction: 'forward', message: 'is so', details } });
const waits = (n: number, id: string, name: string) => {
  const wait = {
    ...waitingFor(`${name} drains`, { object: { kind: 'Machine', name } }),
    since: second(n).toISOString(),
  };
  return entry(n, id, { phase: 'progress', data: { direction: 'forward', fraction: 0.5, wait } });
};
const state = (n: number, to: 'paused' | 'running') => entry(n, '', { phase: 'state', data: { state: to } });

const nodes = { 'control-plane': 3, workers: 4 };
const history: StepSample[] = [
  { kind: 'backup', size: 1, ms: 10_000 },
  { kind: 'backup', size: 1, ms: 20_000 },
  { kind: 'workers', size: 2, ms: 120_000 },
  { kind: 'workers', size: 2, ms: 240_000 },
  { kind: 'validate', size: 1, ms: 5000 },
  { kind: 'validate', size: 1, ms: 5000 },
];
const tree = (entries: readonly JournalEntry[], now: number, more: Partial<Parameters<typeof upgradeTree>[0]> = {}) =>
  upgradeTree({ plan, state: 'running', entries, history, nodes, now: second(now), ...more });

describe('the tree of an upgrade', () => {
  it('has every step below its hop, what it waits for below the step, and the point of no return', () => {
    const { hops, pointOfNoReturn } = tree(
      [intent(0, '0-backup'), proof(10, '0-backup'), waits(11, '0-workers', 'w-1'), waits(12, '0-workers', 'w-2')],
      20,
    );
    expect(hops.map(({ steps }) => steps.map((step) => [step.id, step.state, step.rollback]))).toEqual([
      [
        ['0-backup', 'done', 'reversible'],
        ['0-workers', 'running', 'one-way'],
        ['0-validate', 'waiting', 'restorable'],
      ],
    ]);
    expect(hops[0]?.steps[1]).toMatchObject({
      wait: { what: 'w-2 drains' },
      objects: [
        { kind: 'Machine', name: 'w-1', now: false },
        { kind: 'Machine', name: 'w-2', now: true, since: second(12).toISOString(), level: 'moving' },
      ],
    });
    expect(pointOfNoReturn).toBe('0-workers');
  });

  it('names no more objects than a person reads, the latest', () => {
    const entries = Array.from({ length: 50 }, (_, n) => waits(n, '0-workers', `w-${n}`));
    expect(tree(entries, 60).hops[0]?.steps[1]?.objects.map(({ name }) => name)).toEqual(
      Array.from({ length: 20 }, (_, n) => `w-${n + 30}`),
    );
  });

  it('says how long it goes on, by what such steps and nodes took here before', () => {
    // 4 workers at 60 and 120 s, validation at 5 s.
    expect(tree([intent(0, '0-backup'), proof(10, '0-backup')], 10)).toMatchObject({
      timeLeft: { p50Ms: 245_000, p90Ms: 485_000, samples: 2 },
      fractionOfTime: 10 / 255,
    });
  });

  it('counts by time, not by steps, and never runs backwards as the time goes by', () => {
    const entries = [intent(0, '0-backup'), proof(10, '0-backup'), intent(10, '0-workers')];
    const fractions = Array.from({ length: 480 }, (_, n) => tree(entries, 10 + n).fractionOfTime ?? -1);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions[120]).toBeCloseTo(130 / 255);
  });

  it.each<[string, Partial<Parameters<typeof upgradeTree>[0]>]>([
    ['without a history', { history: [] }],
    ['with a single time of one kind', { history: history.slice(1) }],
    ['without knowing how many nodes there are', { nodes: { 'control-plane': null, workers: null } }],
    ['for one that has ended', { state: 'aborted' }],
  ])('says nothing of the time left %s', (_, more) => {
    expect(tree([], 0, more)).toMatchObject({ timeLeft: null, fractionOfTime: null });
  });

  it('says nothing of the time left once a step takes longer than it ever should', () => {
    const entries = [intent(0, '0-backup'), proof(10, '0-backup'), intent(10, '0-workers')];
    expect(tree(entries, 10 + 480).timeLeft).not.toBeNull();
    expect(tree(entries, 10 + 481)).toMatchObject({ timeLeft: null, fractionOfTime: null });
  });
});

describe('the times of earlier upgrades', () => {
  it('are those of steps that went through at once', () => {
    expect(
      samplesOf(plan, [
        intent(0, '0-backup'),
        proof(10, '0-backup'),
        intent(20, '0-workers'),
        proof(80, '0-workers', { nodes: 3 }),
        intent(90, '0-validate'),
        intent(95, '0-validate'),
        proof(99, '0-validate'),
      ]),
    ).toEqual([
      { kind: 'backup', size: 1, ms: 10_000 },
      { kind: 'workers', size: 3, ms: 60_000 },
    ]);
  });

  it('are not those of what was paused, was there already, or rolled nobody knows how many nodes', () => {
    expect(
      samplesOf(plan, [
        proof(10, '0-backup'),
        intent(20, '0-workers'),
        proof(80, '0-workers'),
        intent(90, '0-validate'),
        state(91, 'paused'),
        state(95, 'running'),
        proof(99, '0-validate'),
      ]),
    ).toEqual([]);
  });

  it('are not those of a step that a person takes', () => {
    const finalise = { id: '0-finalise', kind: 'finalise', title: 'Finalise', rollback: 'one-way', target } as const;
    const hops = plan.hops.map((hop) => ({ ...hop, steps: [finalise] }));
    expect(samplesOf({ ...plan, hops }, [intent(0, finalise.id), proof(90_000, finalise.id)])).toEqual([]);
  });

  it('are given as two quantiles, each a time that was measured', () => {
    const samples = Array.from({ length: 10 }, (_, n): StepSample => ({ kind: 'backup', size: 1, ms: (n + 1) * 1000 }));
    expect(usualTime(samples, 'backup', nodes)).toEqual({ p50Ms: 5000, p90Ms: 9000, samples: 10 });
  });
});
