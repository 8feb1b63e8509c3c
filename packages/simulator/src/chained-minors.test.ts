import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { DesiredNodes, NodeGroup } from '@sealift/upgrade/ports/cluster';
import { expect, test } from 'vitest';
import { connectSimulator } from './client.ts';
import { startSimulator } from './process.ts';
import { sampleCluster } from './state.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const never = new AbortController().signal;
const ova = Buffer.from('an OVA');
const sha256 = createHash('sha256').update(ova).digest('hex');
const nodes = (version: string): DesiredNodes => ({ version, template: `r_k-${version}` });

test('a control plane goes through several minors while its workers stay, and they follow at once', async () => {
  const simulator = await startSimulator({ stateDir: await temporaryFolder(), speed: 500, initial: sampleCluster });
  const { cluster, vcenter } = connectSimulator(simulator.url);
  try {
    const roll = async (group: NodeGroup, version: string): Promise<void> => {
      await cluster.setRollout(group, nodes(version), never);
      await expect
        .poll(async () => (await cluster.rollout(group, never)).wait, { interval: 5, timeout: 20_000 })
        .toBeNull();
    };
    const versionsOf = async (role: string): Promise<readonly string[]> => {
      const all = (await cluster.nodes(never)).filter((node) => node.role === role);
      return [...new Set(all.map(({ version }) => version))];
    };
    const before = await versionsOf('worker');
    for (const kubernetes of ['1.27.4', '1.28.9', '1.29.1']) {
      const { template: name } = nodes(kubernetes);
      const content = { sizeBytes: ova.length, ova: async () => Readable.from([ova]) };
      await vcenter.importTemplate({ name, sha256, kubernetes, ...content }, never);
      await roll('control-plane', kubernetes);
      expect([await versionsOf('control-plane'), await versionsOf('worker')]).toEqual([[kubernetes], before]);
    }
    await roll('workers', '1.29.1');
    expect(await versionsOf('worker')).toEqual(['1.29.1']);
  } finally {
    await simulator.close();
  }
});
