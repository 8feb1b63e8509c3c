import { SealiftError } from '@sealift/core/errors';
import { MemoryStore } from '@sealift/testkit/upgrade/memory-store';
import { sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { upgradeId } from '../testing/setting.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { Recorder, reading } from './recorder.ts';

const unreadable = [
  new SealiftError('RECORD_FORMAT_OTHER', { values: { what: 'x', found: '2', format: 1 } }),
  new SealiftError('RECORD_DAMAGED', { values: { what: 'x', reason: 'y' } }),
];

/** A recorder whose journal fails each write. */
async function failing(error: unknown): Promise<Recorder> {
  const clock = new ManualClock();
  const { journal, lease } = new MemoryStore(() => clock.monotonic());
  const keeper = await LeaseKeeper.acquire(lease, 'a', 10_000, clock);
  if (keeper === null) throw new Error('the lease is free');
  const refuse = () => Promise.reject(error);
  return new Recorder(upgradeId, { ...journal, append: refuse, apply: refuse }, keeper, () => undefined);
}

describe('a line that is not written stops the run, and says', () => {
  test.each([
    ['that another has the lease', new SealiftError('LEASE_LOST', { values: { epoch: 1 } }), 'lease-lost'],
    [
      'that a person was faster',
      new SealiftError('UPGRADE_STATE_ILLEGAL', { values: { state: 'Paused', event: 'finish' } }),
      'state-changed',
    ],
    ['that the journal is away', new Error('ECONNREFUSED'), 'journal-unavailable'],
  ])('%s', async (_, error, reason) => {
    const recorder = await failing(error);
    const stopped = { name: 'RunStopped', reason, cause: error };
    await expect(recorder.apply('finish')).rejects.toMatchObject(stopped);
    const data = { direction: 'forward', message: '', details: {} } as const;
    await expect(recorder.write('s', { phase: 'intent', data })).rejects.toMatchObject(stopped);
  });
});

test.each(unreadable)('what can never be read is told as it is: $code', async (error) => {
  await expect(reading(() => Promise.reject(error))).rejects.toBe(error);
});

test('nothing is written once the lease is over', async () => {
  const clock = new ManualClock();
  const store = new MemoryStore(() => clock.monotonic());
  store.add(upgradeId, sampleUpgrade());
  const keeper = await LeaseKeeper.acquire(store.lease, 'a', 10_000, clock);
  if (keeper === null) throw new Error('the lease is free');
  clock.advance(10_001);
  const recorder = new Recorder(upgradeId, store.journal, keeper, () => undefined);
  await expect(recorder.apply('finish')).rejects.toMatchObject({ reason: 'lease-lost' });
  expect(store.entries).toEqual([]);
});
