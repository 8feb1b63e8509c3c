import { describe, expect, it } from 'vitest';
import type { ConsolePort } from '../console.ts';
import { type MakeDriver, onDriver } from './driver.ts';

/** A console with a confirmed upgrade of one hop. */
export interface ConsoleWithUpgrade {
  readonly console: ConsolePort;
  readonly upgradeId: string;
  readonly from: string;
  readonly to: string;
}

/** What every console behind the engine's port does. @param make a console that nothing locks */
export function consoleContract(name: string, make: MakeDriver<ConsoleWithUpgrade>): void {
  describe(`${name} as a console`, () => {
    it('is locked for one upgrade, once or twice, and refuses every other one', () =>
      onDriver(make, async ({ console, upgradeId }) => {
        expect(await console.lockedBy()).toBeNull();
        for (let time = 0; time < 2; time += 1) await console.lock(upgradeId);
        await expect(console.lock('another')).rejects.toMatchObject({ code: 'CONSOLE_LOCKED' });
        expect(await console.lockedBy()).toBe(upgradeId);
      }));

    it('is opened by the upgrade that locked it, and by no other', () =>
      onDriver(make, async ({ console, upgradeId }) => {
        await console.lock(upgradeId);
        await console.unlock('another');
        expect(await console.lockedBy()).toBe(upgradeId);
        for (let time = 0; time < 2; time += 1) await console.unlock(upgradeId);
        expect(await console.lockedBy()).toBeNull();
      }));

    it('says what is installed, and says a hop’s release once it was recorded, once or twice', () =>
      onDriver(make, async ({ console, upgradeId, from, to }) => {
        expect(await console.installedVersion()).toBe(from);
        expect(await console.isRecorded(upgradeId, 0, 'result')).toBe(false);
        expect(await console.isRecorded(upgradeId, 0, 'former')).toBe(true);
        for (let time = 0; time < 2; time += 1) await console.recordInstalled(upgradeId, 0);
        expect(await console.installedVersion()).toBe(to);
        expect(await console.isRecorded(upgradeId, 0, 'result')).toBe(true);
        expect(await console.isRecorded(upgradeId, 0, 'former')).toBe(false);
      }));

    it('says what was installed before a hop again once that was taken back, once or twice', () =>
      onDriver(make, async ({ console, upgradeId, from }) => {
        await console.recordInstalled(upgradeId, 0);
        for (let time = 0; time < 2; time += 1) await console.recordFormer(upgradeId, 0);
        expect(await console.installedVersion()).toBe(from);
      }));

    it('records no hop that the plan does not have', () =>
      onDriver(make, async ({ console, upgradeId, from }) => {
        await expect(console.recordInstalled(upgradeId, 7)).rejects.toMatchObject({ code: 'UPGRADE_STALE' });
        expect(await console.installedVersion()).toBe(from);
      }));
  });
}
