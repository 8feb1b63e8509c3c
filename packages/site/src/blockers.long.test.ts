import { dirname } from 'node:path';
import { peer } from '@sealift/testkit/peers';
import { sitePeers, siteVersions } from '@sealift/testkit/site/programs';
import { reuseSite } from '@sealift/testkit/site/reuse-site';
import type { Site } from '@sealift/testkit/site/site';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeTemplate } from './cluster/testing/templates.ts';
import { machineNames, newMachine, nodeBlockers, protectedApplication } from './testing/blockers/nodes.ts';
import { outages } from './testing/blockers/outages.ts';
import { type BlockedLayer, packBlockers } from './testing/blockers/packs.ts';
import { BlockerStage, meet, type Named } from './testing/blockers/stage.ts';

// Machines under load are slow.
vi.setConfig({ testTimeout: 900_000 });

const helm = peer('helm');
const absent = [sitePeers(), helm].find(({ missing }) => missing);
const kubernetes = siteVersions.older.replace(/^v/, '');

/** How soon a person is told. */
const withinMs = 10_000;

describe.skipIf(absent !== undefined)(
  `what stops an upgrade on a real site is named in time (${absent?.remedy})`,
  () => {
    let site: Site;
    let stage: BlockerStage;
    const met: Named[] = [];
    beforeAll(async () => {
      // A site finds helm where the console runs.
      vi.stubEnv('PATH', `${dirname(helm.path)}:${process.env['PATH'] ?? ''}`);
      site = await reuseSite();
      stage = await BlockerStage.open(site);
    }, 900_000);
    afterAll(async () => {
      vi.unstubAllEnvs();
      for (const { blocker, afterMs, wait } of met) {
        process.stdout.write(`${blocker.padEnd(22)} ${String(afterMs).padStart(6)} ms  ${wait.level}: ${wait.what}\n`);
      }
      await stage?.close();
      await site?.stop();
    });

    const check = (named: Named): void => {
      met.push(named);
      expect(named.wait).toMatchObject({ object: { kind: expect.any(String) }, since: expect.any(String) });
      expect(named.wait.remedy).not.toBe('');
      expect.soft(named).toMatchObject({ afterMs: expect.toSatisfy((ms: number) => ms < withinMs) });
    };

    const layers: readonly [string, (stage: BlockerStage) => BlockedLayer][] = [
      ['a failing pod', packBlockers.failingPod],
      ['an image that cannot be pulled', packBlockers.imagePull],
      ['a volume that is pending', (on) => packBlockers.pendingVolume(on)],
      ['a field of somebody else', (on) => packBlockers.foreignOwner(on)],
      ['a release that somebody else left wedged', (on) => packBlockers.wedgedRelease(on, helm)],
    ];
    it.each(layers)('of a layer: %s; and goes on once it is mended', async (_, make) => {
      const { layer, prepare, blocker } = make(stage);
      await prepare?.();
      const running = stage.apply(layer);
      check(await meet(running, blocker));
      expect(await running.outcome).toMatchObject({ result: 'rested', state: 'succeeded' });
    });

    it('of the control plane: an etcd member that is not healthy while a new machine is on its way, and another one', async () => {
      const [first = '', second = ''] = await site.controls.etcdMembers();
      const template = 'r_u-2204-0-k-1363-8';
      await makeTemplate(site.vcenter, template, kubernetes);
      const before = await machineNames(stage);
      site.controls.pauseCreation();
      const running = stage.roll('control-plane', { kubernetes, template });
      await newMachine(stage, before, () => true);
      check(await meet(running, nodeBlockers.etcd(stage, first)));
      check(await meet(running, nodeBlockers.etcd(stage, second)));
      site.controls.resumeCreation();
      expect(await running.outcome).toMatchObject({ result: 'rested', state: 'succeeded' });
    });

    it('of the workers, one after another in one rollout, which goes on after each and replaces each machine once', async () => {
      const template = 'r_u-2204-0-k-1363-7';
      const before = await machineNames(stage);
      const ever = await site.controls.machinesEverMade();
      await protectedApplication(stage);
      site.controls.pauseCreation();
      const running = stage.roll('workers', { kubernetes, template });
      check(await meet(running, nodeBlockers.missingTemplate(stage, template)));
      check(await meet(running, outages.vcenter(stage)));
      check(await meet(running, nodeBlockers.wrongTemplate(stage, template)));
      check(await meet(running, outages.apiServer(stage)));
      const right = () => makeTemplate(site.vcenter, template, kubernetes);
      check(await meet(running, outages.webhook(stage, 'machinedeployments', right)));
      check(await meet(running, nodeBlockers.paused(stage)));
      check(await meet(running, nodeBlockers.fullPool(stage, before)));
      check(await meet(running, nodeBlockers.nodeNotReady(stage, before)));
      check(await meet(running, nodeBlockers.budget(stage)));
      expect(await running.outcome).toMatchObject({ result: 'rested', state: 'succeeded' });
      expect(await site.controls.machinesEverMade()).toHaveLength(ever.length + 3);
    });
  },
);
