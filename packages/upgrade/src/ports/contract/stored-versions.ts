import { describe, expect, it } from 'vitest';
import type { DesiredLayer } from '../cluster.ts';
import type { StoredVersionsPort } from '../stored-versions.ts';
import { type MakeDriver, never, onDriver } from './driver.ts';

/**
 * What the stored versions behind the engine's port do.
 *
 * @param make a cluster with objects of one kind in a version that goes with `coming`
 */
export function storedVersionsContract(
  name: string,
  make: MakeDriver<StoredVersionsPort>,
  coming: () => readonly DesiredLayer[],
): void {
  describe(`${name} with objects in versions that go`, () => {
    it('tells of them until they are rewritten, asked once or twice', () =>
      onDriver(make, async (port) => {
        const [stale, ...others] = await port.stale(coming(), never);
        expect(others).toEqual([]);
        expect(stale?.versions).not.toEqual([]);
        expect(stale?.objects).toBeGreaterThan(0);
        expect(stale?.versions).not.toContain(stale?.target);
        for (let time = 0; time < 2; time += 1) await port.rewrite(coming(), never);
        expect(await port.stale(coming(), never)).toEqual([]);
      }));
  });
}
