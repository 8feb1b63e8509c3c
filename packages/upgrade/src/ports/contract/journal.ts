import { type JournalData, type JournalLine, stepsOfPlan } from '@sealift/core/upgrade';
import { describe, expect, it } from 'vitest';
import type { JournalPort } from '../journal.ts';
import type { LeasePort } from '../lease.ts';
import { type MakeDriver, onDriver } from './driver.ts';

const longMs = 60_000;
const data: JournalData<'intent'> = {
  direction: 'forward',
  message: 'ein Wörtchen \u0000',
  details: { b: [1, 'x'], a: null },
};
const line: JournalLine = { phase: 'intent', data };
const proof: JournalLine = { phase: 'evidence', data };

async function stepsOf(journal: JournalPort, upgradeId: string): Promise<string[]> {
  const frozen = await journal.frozen(upgradeId);
  return frozen === null ? [] : stepsOfPlan(frozen.upgrade.plan).map(({ id }) => id);
}

/** What every journal behind the engine's port does. @param make a journal with its lease, and a confirmed upgrade that no engine has begun */
export function journalContract(
  name: string,
  make: MakeDriver<{ readonly journal: JournalPort; readonly lease: LeasePort; readonly upgradeId: string }>,
): void {
  describe(`${name} as a journal`, () => {
    it('gives back what was written, in order, and refuses the epoch of one who lost the lease', () =>
      onDriver(make, async ({ journal, lease, upgradeId }) => {
        const [stepId = ''] = await stepsOf(journal, upgradeId);
        const old = (await lease.acquire('a', longMs))?.epoch ?? 0;
        await journal.apply(upgradeId, 'take-up', old, {});
        await journal.append({ upgradeId, stepId, epoch: old, ...line });
        await lease.release('a', old);
        const epoch = (await lease.acquire('b', longMs))?.epoch ?? 0;
        const stale = [
          () => journal.append({ upgradeId, stepId, epoch: old, ...line }),
          () => journal.apply(upgradeId, 'need-person', old, {}),
        ];
        for (const write of stale) await expect(write()).rejects.toMatchObject({ code: 'LEASE_LOST' });
        await journal.append({ upgradeId, stepId, epoch, ...proof });
        expect(await journal.read(upgradeId)).toMatchObject([
          { epoch: old, phase: 'state', data: { state: 'running' } },
          { stepId, epoch: old, ...line },
          { stepId, epoch, ...proof },
        ]);
        expect(await journal.read('another')).toEqual([]);
      }));

    it('lets happen what the lifecycle allows, with its line, and nothing else', () =>
      onDriver(make, async ({ journal, lease, upgradeId }) => {
        const epoch = (await lease.acquire('a', longMs))?.epoch ?? 0;
        expect(await journal.unfinished()).toEqual([upgradeId]);
        await expect(journal.apply(upgradeId, 'finish', epoch, {})).rejects.toMatchObject({
          code: 'UPGRADE_STATE_ILLEGAL',
        });
        expect(await journal.read(upgradeId)).toEqual([]);
        expect(await journal.apply(upgradeId, 'take-up', epoch, {})).toBe('running');
        expect(await journal.unfinished()).toEqual([upgradeId]);
        for (const stepId of await stepsOf(journal, upgradeId)) {
          await journal.append({ upgradeId, stepId, epoch, ...proof });
        }
        expect(await journal.apply(upgradeId, 'finish', epoch, {})).toBe('succeeded');
        expect(await journal.unfinished()).toEqual([]);
        expect(await journal.state(upgradeId)).toBe('succeeded');
        const states = (await journal.read(upgradeId)).filter(({ phase }) => phase === 'state');
        expect(states.map(({ data: told }) => told)).toEqual([{ state: 'running' }, { state: 'succeeded' }]);
      }));

    it('knows nothing of an upgrade that is not there', () =>
      onDriver(make, async ({ journal }) => {
        expect(await journal.frozen('another')).toBeNull();
        expect(await journal.state('another')).toBeNull();
      }));
  });
}
