import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JournalEntry, JournalledFailure, JournalLine } from '../journal/journal.ts';
import type { Plan } from '../plan/plan.ts';
import { waitingFor } from '../wait/wait.ts';
import { begunSteps, currentWait, doneSteps, failureOf, overallFraction, progressOf } from './progress.ts';

const plan: Plan = {
  product: 'Harborview',
  from: '4.2.12',
  to: '4.2.13',
  nodeImage: { needed: false, kubernetesFrom: '1.26.8', kubernetesTo: '1.26.8', reason: 'same' },
  hops: [
    {
      from: '4.2.12',
      to: '4.2.13',
      release: `sha256:${'a'.repeat(64)}`,
      steps: (['lock-console', 'backup', 'validate', 'unlock-console'] as const).map((kind) => ({
        id: `0-${kind}`,
        kind,
        title: kind,
        rollback: 'reversible' as const,
      })),
    },
  ],
};
const ids = ['0-lock-console', '0-backup', '0-validate', '0-unlock-console'];
const failure: JournalledFailure = {
  code: 'FILE_UNWRITABLE',
  message: 'disk full',
  hint: 'make room',
  next: 'needs-a-person',
};
const wait = { ...waitingFor('reading it back'), since: '2026-11-01T00:00:00.000Z' };

let second = 0;
function entry(stepId: string, line: JournalLine): JournalEntry {
  const at = new Date(1_790_000_000_000 + second++ * 1000).toISOString();
  return { upgradeId: 'u1', stepId, epoch: 1, at, ...line };
}
const intent = (message = '', direction: 'forward' | 'back' = 'forward'): JournalLine => ({
  phase: 'intent',
  data: { direction, message, details: {} },
});
const evidence = (message = '', direction: 'forward' | 'back' = 'forward'): JournalLine => ({
  phase: 'evidence',
  data: { direction, message, details: {} },
});
const progress = (fraction: number): JournalLine => ({
  phase: 'progress',
  data: { direction: 'forward', fraction, wait },
});
const failed: JournalLine = { phase: 'failure', data: { direction: 'forward', failure } };

test('an empty journal shows every step waiting', () => {
  const steps = progressOf(plan, []);
  expect(steps.map(({ id }) => id)).toEqual(ids);
  expect(new Set(steps.map(({ state }) => state))).toEqual(new Set(['waiting']));
  expect(currentWait(steps)).toBeNull();
});

test('a running step tells what it waits for, unchanged', () => {
  const lines = [
    entry('0-lock-console', intent()),
    entry('0-lock-console', evidence('locked')),
    entry('0-backup', intent('Making the backup')),
    entry('0-backup', progress(0.4)),
  ];
  const steps = progressOf(plan, lines);
  expect(steps.slice(0, 3).map(({ state }) => state)).toEqual(['done', 'running', 'waiting']);
  expect(steps[1]).toMatchObject({ startedAt: lines[2]?.at, finishedAt: null, fraction: 0.4 });
  expect(currentWait(steps)).toEqual(wait);
});

test('a step that acts waits for its effect meanwhile', () => {
  const lines = [entry('0-backup', progress(0.4)), entry('0-backup', intent('Making the backup'))];
  expect(progressOf(plan, lines)[1]).toMatchObject({
    wait: { what: 'Making the backup', since: lines[1]?.at, level: 'moving' },
    message: 'Making the backup',
    fraction: 0.4,
  });
});

test('a failed step that is run again is running again', () => {
  const lines = [entry('0-backup', intent()), entry('0-backup', failed)];
  expect(progressOf(plan, lines)[1]).toMatchObject({ state: 'failed', message: 'disk full' });
  expect(failureOf(lines)).toEqual(failure);
  const again = [...lines, entry('0-backup', intent('Making the backup'))];
  expect(progressOf(plan, again)[1]).toMatchObject({ state: 'running', message: 'Making the backup' });
  expect(failureOf(again)).toBeNull();
});

test('taking other steps back does not hide the failure that made it necessary', () => {
  const lines = [
    entry('0-backup', failed),
    entry('0-lock-console', intent('', 'back')),
    entry('0-lock-console', evidence('', 'back')),
  ];
  expect(failureOf(lines)).toEqual(failure);
});

test('a step that was taken back is neither done nor begun', () => {
  const lines = [
    entry('0-lock-console', intent()),
    entry('0-lock-console', evidence()),
    entry('0-lock-console', intent('', 'back')),
  ];
  expect([...begunSteps([entry('0-lock-console', intent())])]).toEqual(['0-lock-console']);
  expect(doneSteps(lines).size).toBe(0);
  expect([...begunSteps(lines)]).toEqual(['0-lock-console']);
  const back = [...lines, entry('0-lock-console', evidence('', 'back'))];
  expect(begunSteps(back).size).toBe(0);
  expect(doneSteps(back).size).toBe(0);
  const found = [entry('0-lock-console', evidence()), entry('0-lock-console', evidence('', 'back'))];
  expect(doneSteps(found).size).toBe(0);
  expect(progressOf(plan, back)[0]).toMatchObject({ state: 'waiting', message: 'taken back' });
});

test('no further line makes any fraction smaller', () => {
  const line = fc.oneof(
    fc.constant(intent()),
    fc.constant(intent('', 'back')),
    fc.constant(evidence()),
    fc.constant(evidence('', 'back')),
    fc.constant(failed),
    fc.double({ min: 0, max: 1, noNaN: true }).map(progress),
    fc.constant<JournalLine>({ phase: 'state', data: { state: 'running' } }),
  );
  const lines = fc.array(fc.tuple(fc.constantFrom(...ids, 'plan', ''), line), { maxLength: 60 });
  fc.assert(
    fc.property(lines, (given) => {
      const entries = given.map(([stepId, one]) => entry(stepId, one));
      let before = progressOf(plan, []);
      for (let count = 1; count <= entries.length; count += 1) {
        const after = progressOf(plan, entries.slice(0, count));
        for (const [index, step] of after.entries()) {
          expect(step.fraction).toBeGreaterThanOrEqual(before[index]?.fraction ?? 0);
          expect(step.fraction).toBeLessThanOrEqual(1);
        }
        before = after;
      }
      expect(overallFraction(before)).toBeLessThanOrEqual(1);
    }),
  );
});

test('counts the machines of a rollout as it told them last, and all of them once it is proved', () => {
  const counted = (replaced: number) =>
    entry('0-backup', {
      phase: 'progress',
      data: { direction: 'forward', fraction: replaced / 3, wait, machines: { replaced, of: 3 } },
    });
  const telling = entry('0-backup', { phase: 'progress', data: { direction: 'forward', fraction: 0.4, wait } });
  const proved = (details: Record<string, number>) =>
    entry('0-backup', { phase: 'evidence', data: { direction: 'forward', message: 'is so', details } });
  const machines = (entries: readonly JournalEntry[]) => progressOf(plan, entries)[1]?.machines;
  expect(machines([])).toBeUndefined();
  expect(machines([telling])).toBeUndefined();
  expect(machines([counted(1), telling])).toEqual({ replaced: 1, of: 3 });
  expect(machines([counted(2), proved({ nodes: 4 })])).toEqual({ replaced: 4, of: 4 });
  expect(machines([counted(2), proved({})])).toEqual({ replaced: 3, of: 3 });
});
