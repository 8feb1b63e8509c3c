import { describe, expect, it } from 'vitest';
import type { StoragePort } from '../storage.ts';
import { type MakeDriver, never, onDriver } from './driver.ts';

/** What every cluster's storage behind the engine's port does. @param make a driver whose id another cluster shares */
export function storageContract(name: string, make: MakeDriver<StoragePort>): void {
  describe(`${name} as storage`, () => {
    it('says with words that its id is shared, and has one of its own after a repair, which twice is once', () =>
      onDriver(make, async (port) => {
        const shared = await port.identity(never);
        expect(shared).toMatchObject({ unique: false, message: expect.stringContaining(shared.clusterId) });
        await port.repairIdentity(never);
        const own = await port.identity(never);
        expect(own.unique).toBe(true);
        expect(own.clusterId).not.toBe(shared.clusterId);
        await port.repairIdentity(never);
        expect(await port.identity(never)).toEqual(own);
      }));
  });
}
