import type { JournalPort, NewEntry } from '@sealift/upgrade/ports/journal';
import { expect, it } from 'vitest';
import { loggedJournal } from './logged-journal.ts';

const written: NewEntry[] = [];
const inner = {
  append: (entry: NewEntry) => {
    written.push(entry);
    return Promise.resolve();
  },
  apply: () => Promise.resolve('succeeded'),
} as unknown as JournalPort;

const about = { upgradeId: 'u1', stepId: 'workers', epoch: 1 };
const waitsFor = (what: string): NewEntry => ({
  ...about,
  phase: 'progress',
  data: {
    direction: 'forward',
    fraction: 0.5,
    wait: { what, since: '2026-11-01T00:00:00.000Z' } as Extract<NewEntry, { phase: 'progress' }>['data']['wait'],
  },
});

it('the log tells what an upgrade does, and each wait once', async () => {
  const lines: string[] = [];
  const journal = loggedJournal(inner, ({ upgrade, step }, message) =>
    lines.push(`${upgrade} ${step ?? '-'}: ${message}`),
  );
  await journal.append({ ...about, phase: 'intent', data: { direction: 'forward', message: 'Rolling', details: {} } });
  for (const what of ['node-1', 'node-1', 'node-2', 'node-1']) await journal.append(waitsFor(what));
  const failure = { code: 'STEP_DEADLINE', message: 'too late', hint: 'Mend it.', next: 'needs-a-person' } as const;
  await journal.append({ ...about, phase: 'failure', data: { direction: 'forward', failure } });
  await journal.append(waitsFor('node-1'));
  await journal.append({ ...about, phase: 'evidence', data: { direction: 'back', message: 'As before', details: {} } });
  await journal.apply('u1', 'finish', 1, {});
  expect(lines).toEqual([
    'u1 workers: begins: Rolling',
    'u1 workers: waits for: node-1',
    'u1 workers: waits for: node-2',
    'u1 workers: waits for: node-1',
    'u1 workers: failed: too late (STEP_DEADLINE). Mend it.',
    'u1 workers: waits for: node-1',
    'u1 workers: undoing: done: As before',
    'u1 -: the upgrade is now in the state succeeded',
  ]);
  expect(written).toHaveLength(8);
});
