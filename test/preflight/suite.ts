import { delimiter } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Summary } from '@sealift/core/api';
import { nodeSays } from './cases/nodes.ts';
import { usualTarget } from './fault-case.ts';
import { faults } from './faults.ts';
import { lookAtVariant, variantsOf } from './healthy/variants.ts';
import { notWell, runCase } from './run-case.ts';
import { offered, releases } from './site/offered.ts';
import { helmFolder, missingPeer, PreflightSite } from './site/preflight-site.ts';

/** Of the variants that are well: printed with what is found. */
const seed = 13;
const variants = 100;

/**
 * Seeds faults into a site, and looks at sites that are well.
 *
 * @param oneIn of so many faults and variants each first one is tried: all with 1
 */
export function preflightSuite(oneIn: number): void {
  const isTried = (_: unknown, index: number): boolean => index % oneIn === 0;
  const chosen = faults.filter(isTried);
  const well = variantsOf(seed, variants).filter(isTried);
  describe.skipIf(missingPeer !== undefined)(
    `the preflight${missingPeer ? ` (${missingPeer.remedy})` : ''}`,
    { timeout: 240_000 },
    () => {
      let site: PreflightSite;
      let found = 0;
      let looked = 0;
      const falseBlocks: string[] = [];
      beforeAll(async () => {
        vi.stubEnv('PATH', `${helmFolder}${delimiter}${process.env['PATH'] ?? ''}`);
        site = await PreflightSite.start(offered, setMachineClock);
      }, 480_000);
      afterAll(async () => {
        await site?.stop();
        vi.unstubAllEnvs();
        console.log(
          `faults ${chosen.length}, found ${found}, healthy ${looked} (seed ${seed}), false blocks ${falseBlocks.length}, preflights ${site?.looks}`,
        );
      });

      it.each([usualTarget, releases.valued, releases.defining])(
        'finds nothing at a site that is well and goes to %s',
        async (to) => {
          await site.draft(to);
          expect(notWell(await site.look())).toEqual([]);
        },
      );

      it('23, says that a cluster is well as soon as it is: nothing is remembered of how it was', async () => {
        const shown = async () => {
          const { statements } = (await site.call('GET', '/summary')).body as Summary;
          return statements.flatMap(({ checks }) => checks).find(({ name }) => name === 'nodes-ready');
        };
        const patience = { timeout: 120_000, interval: 100 };
        await nodeSays('md-1', 'False')(site);
        await expect
          .poll(shown, patience)
          .toMatchObject({ outcome: 'block', detail: 'node-md-1: container runtime is down' });
        await nodeSays('md-1', 'True')(site);
        await expect.poll(shown, patience).toMatchObject({ outcome: 'pass' });
      });

      it.for(chosen)('$check: $fault', async (one) => {
        await runCase(site, one);
        found += 1;
      });

      it.for(well)('stops nobody who is well: variant $number', async (variant) => {
        const said = await lookAtVariant(site, variant);
        looked += 1;
        if (said.some((text) => !/^\S+ warn:/.test(text))) falseBlocks.push(...said);
        expect({ differences: variant.differences.map(({ name }) => name), said }).toMatchObject({ said: [] });
      });
    },
  );
}

function setMachineClock(aheadMs: number): void {
  vi.useRealTimers();
  if (aheadMs !== 0) vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + aheadMs });
}
