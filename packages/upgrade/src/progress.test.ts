import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JournalEntry } from './ports.ts';
import { doneSteps, failureOf, overallFraction, progressOf, waitingFor } from './progress.ts';
import { sampleUpgrade } from './testing/sample-upgrade.ts';

const { plan } = sampleUpgrade();
const ids = plan.hops.flatMap(({ steps }) => steps.map(({ id }) => id));
let second = 0;
const entry = (stepId: string, phase: JournalEntry['phase'], data: JournalEntry['data'] = {}): JournalEntry => ({
  upgradeId: 'u1',
  stepId,
  phase,
  epoch: 1,
  at: new Date(1_790_000_000_000 + second++ * 1000).toISOString(),
  data,
});

test('an empty journal shows every step waiting', () => {
  const steps = progressOf(plan, []);
  expect(steps.map(({ id }) => id)).toEqual(ids);
  expect(new Set(steps.map(({ state }) => state))).toEqual(new Set(['waiting']));
});

test('a running step tells what it waits for', () => {
  const lines = [
    entry('0-lock-console', 'intent'),
    entry('0-lock-console', 'evidence', { message: 'locked' }),
    entry('0-backup', 'intent', { message: 'Making the backup' }),
    entry('0-backup', 'progress', { fraction: 0.4, message: 'reading it back' }),
  ];
  const steps = progressOf(plan, lines);
  expect(steps.slice(0, 3).map(({ state }) => state)).toEqual(['done', 'running', 'waiting']);
  expect(steps[1]).toMatchObject({ startedAt: lines[2]?.at, finishedAt: null, fraction: 0.4 });
  expect(waitingFor(steps)).toBe('reading it back');
});

test('a failed step that is run again is running again', () => {
  const failed = [
    entry('0-backup', 'intent'),
    entry('0-backup', 'failure', { code: 'FILE_UNWRITABLE', detail: 'disk full', hint: 'make room' }),
  ];
  expect(progressOf(plan, failed)[1]).toMatchObject({ state: 'failed', message: 'disk full' });
  expect(failureOf(failed)).toEqual({ code: 'FILE_UNWRITABLE', detail: 'disk full', hint: 'make room' });
  const again = [...failed, entry('0-backup', 'intent', { message: 'Making the backup' })];
  expect(progressOf(plan, again)[1]).toMatchObject({ state: 'running', message: 'Making the backup' });
  expect(failureOf(again)).toBeNull();
});

test('a step that was taken back is not done', () => {
  const lines = [entry('0-lock-console', 'evidence'), entry('0-lock-console', 'intent', { undo: true })];
  expect(doneSteps(lines).size).toBe(0);
  expect(progressOf(plan, lines)[0]).toMatchObject({ state: 'waiting', message: 'taken back' });
});

test('no further line makes any fraction smaller', () => {
  const line = fc.record({
    stepId: fc.constantFrom(...ids, 'plan', ''),
    phase: fc.constantFrom<JournalEntry['phase'][]>('intent', 'progress', 'evidence', 'failure', 'state'),
    data: fc.record(
      { fraction: fc.oneof(fc.double(), fc.string()), message: fc.string(), undo: fc.boolean() },
      { requiredKeys: [] },
    ),
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
      const entries = lines.map(({ stepId, phase, data }) => entry(stepId, phase, data));
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
