import { describe, expect, it } from 'vitest';
import type { LeasePort } from '../lease.ts';
import { type MakeDriver, onDriver } from './driver.ts';

const longMs = 60_000;

/** What every lease behind the engine's port does. */
export function leaseContract(name: string, make: MakeDriver<LeasePort>): void {
  describe(`${name} as a lease`, () => {
    it('is one holder’s until it is given back, and each taking raises the epoch', () =>
      onDriver(make, async (port) => {
        const first = await port.acquire('a', longMs);
        expect(first).not.toBeNull();
        expect(await port.acquire('b', longMs)).toBeNull();
        const epoch = first?.epoch ?? 0;
        expect(await port.renew('a', epoch, longMs)).toBe(true);
        expect(await port.renew('b', epoch, longMs)).toBe(false);
        await port.release('b', epoch);
        expect(await port.acquire('b', longMs)).toBeNull();
        await port.release('a', epoch);
        const second = await port.acquire('b', longMs);
        expect(second?.epoch).toBeGreaterThan(epoch);
        expect(await port.renew('a', epoch, longMs)).toBe(false);
      }));

    it('goes to one of many that ask at once', () =>
      onDriver(make, async (port) => {
        const asked = Array.from({ length: 10 }, (_, index) => port.acquire(`holder-${index}`, longMs));
        expect((await Promise.all(asked)).filter((lease) => lease !== null)).toHaveLength(1);
      }));
  });
}
