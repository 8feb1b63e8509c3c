import { describe, expect, it } from 'vitest';
import type { BackupPort } from '../backup.ts';
import { type MakeDriver, never, onDriver } from './driver.ts';

/** What every place for backups behind the engine's port does. @param make a driver without backups, and two upgrades */
export function backupContract(
  name: string,
  make: MakeDriver<{ readonly backup: BackupPort; readonly upgradeIds: readonly [string, string] }>,
): void {
  describe(`${name} as a place for backups`, () => {
    it('finds what was made, byte for byte as it was told, and makes it once', () =>
      onDriver(make, async ({ backup, upgradeIds: [upgradeId] }) => {
        expect(await backup.find(upgradeId, never)).toBeNull();
        const made = await backup.make(upgradeId, never);
        expect(made).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
        expect(made.sizeBytes).toBeGreaterThan(0);
        expect(await backup.find(upgradeId, never)).toEqual(made);
        expect(await backup.make(upgradeId, never)).toEqual(made);
      }));

    it('takes one upgrade’s backup for no other one’s', () =>
      onDriver(make, async ({ backup, upgradeIds: [first, second] }) => {
        const made = await backup.make(first, never);
        expect(await backup.find(second, never)).toBeNull();
        expect((await backup.make(second, never)).reference).not.toBe(made.reference);
        expect(await backup.find(first, never)).toEqual(made);
      }));
  });
}
