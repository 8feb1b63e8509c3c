import { expect, it } from 'vitest';
import type { JournalEntry, JournalLine } from '../upgrade/journal/journal.ts';
import type { Plan } from '../upgrade/plan/plan.ts';
import { stepEvidenceOf } from './step-evidence.ts';

const nodeImage = { needed: false, kubernetesFrom: '1.26.8', kubernetesTo: '1.26.8', reason: 'It stays.' };
const step = (id: string) => ({ id, kind: 'validate', title: id, rollback: 'restorable' }) as const;
const release = `sha256:${'a'.repeat(64)}`;
const hops = [
  { from: '1.0.0', to: '1.0.1', release, steps: [step('0-a'), step('0-b')] },
  { from: '1.0.1', to: '1.0.2', release, steps: [step('1-c'), step('1-d'), step('1-e')] },
];
const plan: Plan = { product: 'Harborview', from: '1.0.0', to: '1.0.2', nodeImage, hops };

let second = 0;
function entry(stepId: string, line: JournalLine): JournalEntry {
  second += 1;
  const at = `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;
  return { upgradeId: 'u', stepId, epoch: 1, at, ...line };
}
const intent = (id: string, direction: 'forward' | 'back' = 'forward') =>
  entry(id, { phase: 'intent', data: { direction, message: 'asks', details: {} } });
const proof = (id: string, direction: 'forward' | 'back' = 'forward') =>
  entry(id, { phase: 'evidence', data: { direction, message: 'is so', details: { nodes: 3 } } });
const failure = { code: 'X', message: 'no', hint: 'look', next: 'needs-a-person' } as const;

it('says of every planned step what became of it', () => {
  second = 0;
  const found = stepEvidenceOf(plan, [
    intent('0-a'),
    proof('0-a'),
    intent('0-b'),
    proof('0-b'),
    intent('1-c'),
    entry('1-c', { phase: 'failure', data: { direction: 'forward', failure } }),
    intent('1-c'),
    entry('1-c', { phase: 'failure', data: { direction: 'forward', failure } }),
    intent('1-d'),
    intent('0-b', 'back'),
    proof('0-b', 'back'),
  ]);
  expect(found.map(({ id, hop, outcome, attempts }) => [id, hop, outcome, attempts])).toEqual([
    ['0-a', 0, 'done', 1],
    ['0-b', 0, 'taken-back', 1],
    ['1-c', 1, 'failed', 2],
    ['1-d', 1, 'unfinished', 1],
    ['1-e', 1, 'not-begun', 0],
  ]);
  expect(found[0]).toMatchObject({
    startedAt: '2026-01-01T00:00:01.000Z',
    finishedAt: '2026-01-01T00:00:02.000Z',
    proof: { nodes: 3 },
  });
  expect(found[2]).toMatchObject({ failure, proof: null });
});

it('does not call done what was begun again after its proof', () => {
  expect(stepEvidenceOf(plan, [intent('0-a'), proof('0-a'), intent('0-a')])[0]).toMatchObject({
    outcome: 'unfinished',
    proof: null,
    finishedAt: null,
  });
});
