import { seenWaitSchema } from '@sealift/core/upgrade';
import { describe, expect, it } from 'vitest';
import type { DesiredProviders, ProvidersPort, ProvidersStatus } from '../providers.ts';
import { type MakeDriver, never, onDriver } from './driver.ts';

/** A manager has to start, on a machine that does other things. */
const patienceMs = 60_000;

/**
 * What the providers behind the engine's port do.
 *
 * @param make a cluster whose providers are not those of `next`
 */
export function providersContract(name: string, make: MakeDriver<ProvidersPort>, next: DesiredProviders): void {
  const { digest } = next.components;

  describe(`${name} with its Cluster API providers`, () => {
    it(
      'runs others first, and those that it was asked for once it is settled, asked once or twice',
      { timeout: 2 * patienceMs },
      () =>
        onDriver(make, async (port) => {
          expect((await port.status(never)).digest).not.toBe(digest);
          for (let time = 0; time < 2; time += 1) await port.apply(next, never);
          const asked = await port.status(never);
          expect(asked.digest).toBe(digest);
          if (asked.wait !== null) expect(seenWaitSchema.parse(asked.wait).what).not.toBe('');
          // As the step does: what only the running providers make possible is asked for when they run.
          const settled = async (): Promise<ProvidersStatus> => {
            const status = await port.status(never);
            if (status.wait === null && !status.complete) await port.apply(next, never);
            return status;
          };
          await expect
            .poll(settled, { interval: 5, timeout: patienceMs })
            .toMatchObject({ digest, wait: null, complete: true });
        }),
    );
  });
}
