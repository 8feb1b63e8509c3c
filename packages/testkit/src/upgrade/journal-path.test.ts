import { type JournalEntry, type JournalLine, type UpgradeState, waitingFor } from '@sealift/core/upgrade';
import { describe, expect, it } from 'vitest';
import { troubleOfJournal } from './journal-path.ts';
import { sampleUpgrade } from './sample-upgrade.ts';

const { plan } = sampleUpgrade();
const [lock = '', backup = '', template = ''] = plan.hops.flatMap(({ steps }) => steps.map(({ id }) => id));
const failure = { code: 'INTERNAL', message: 'm', hint: 'h', next: 'fatal' } as const;

type Written = readonly [epoch: number, stepId: string, line: JournalLine];
const turn = (epoch: number, state: UpgradeState, by?: string): Written => [
  epoch,
  '',
  { phase: 'state', data: { state, ...(by === undefined ? {} : { by }) } },
];
const says = (phase: 'intent' | 'evidence', direction: 'forward' | 'back' = 'forward') =>
  ({ phase, data: { direction, message: '', details: {} } }) as const;
const fails = { phase: 'failure', data: { direction: 'forward', failure } } as const;
const reaches = (fraction: number): JournalLine => {
  const wait = { ...waitingFor('a machine'), since: '2026-11-01T00:00:00.000Z' };
  return { phase: 'progress', data: { direction: 'forward', fraction, wait } };
};

function trouble(...written: readonly Written[]): string | null {
  const entries = written.map(
    ([epoch, stepId, line]): JournalEntry => ({
      ...line,
      upgradeId: 'u1',
      stepId,
      epoch,
      at: '2026-11-01T00:00:00.000Z',
    }),
  );
  return troubleOfJournal(entries, plan);
}

const begun = turn(1, 'running');
const locked: Written = [1, lock, says('evidence')];

describe('a path of the lifecycle', () => {
  it.each<[string, readonly Written[]]>([
    ['takes up, acts and proves', [begun, [1, lock, says('intent')], locked, [1, backup, says('intent')]]],
    ['goes on in another run', [begun, [1, lock, says('intent')], [2, lock, says('evidence')]]],
    ['has one straggler after a pause', [begun, turn(1, 'paused', 'ann'), [1, lock, says('intent')], locked]],
    [
      'takes back in reverse after a failure',
      [
        begun,
        locked,
        [1, backup, fails],
        [1, lock, says('intent', 'back')],
        [1, lock, says('evidence', 'back')],
        turn(1, 'failed'),
      ],
    ],
    [
      'ends with an abort',
      [begun, locked, turn(1, 'aborting', 'ann'), [1, lock, says('evidence', 'back')], turn(1, 'aborted')],
    ],
  ])('%s', (_, written) => {
    expect(trouble(...written)).toBeNull();
  });
});

describe('no path of the lifecycle', () => {
  it.each<[string, readonly Written[], string]>([
    ['a turn that the table does not have', [begun, turn(1, 'aborted')], 'nothing leads'],
    ['a person’s turn by nobody', [begun, turn(1, 'paused')], 'is not the engine’s'],
    ['the engine’s turn by a person', [begun, turn(1, 'needs-human', 'ann')], 'is not a person’s'],
    ['an older epoch', [begun, [2, lock, says('intent')], [1, lock, says('evidence')]], 'writes after epoch 2'],
    ['a step before the upgrade is taken up', [[1, lock, says('intent')]], 'before the upgrade is taken up'],
    ['a step before the one before it', [begun, [1, backup, says('intent')]], `before ${lock} is done`],
    ['a step of no plan', [begun, [1, 'other', says('intent')]], 'in no plan'],
    ['a step that is done', [begun, locked, locked], 'is done again'],
    ['success without evidence', [begun, locked, turn(1, 'succeeded')], `without evidence of ${backup}`],
    ['a failure of nothing', [begun, locked, turn(1, 'failed')], 'no step did'],
    ['going on after a failure', [begun, locked, [1, backup, fails], [1, backup, says('intent')]], 'has failed'],
    ['a way back without a failure', [begun, locked, [1, lock, says('intent', 'back')]], 'nothing has failed'],
    [
      'a way back in the order of the plan',
      [
        begun,
        locked,
        [1, backup, says('evidence')],
        [1, template, fails],
        [1, lock, says('evidence', 'back')],
        [1, backup, says('evidence', 'back')],
      ],
      `after ${lock}`,
    ],
    [
      'two stragglers after a pause',
      [begun, turn(1, 'paused', 'ann'), locked, [1, backup, says('intent')]],
      'too is begun',
    ],
    [
      'another run in a pause',
      [begun, turn(1, 'paused', 'ann'), [2, lock, says('intent')]],
      'while the upgrade is paused',
    ],
    ['progress that goes back', [begun, [1, lock, reaches(0.5)], [1, lock, reaches(0.4)]], 'goes back'],
    ['a line after the end', [begun, turn(1, 'aborting', 'ann'), turn(1, 'aborted'), locked], 'after the end'],
  ])('has %s', (_, written, reason) => {
    expect(trouble(...written)).toContain(reason);
  });
});
