import { seenWaitSchema } from '@sealift/core/upgrade';
import { describe, expect, it } from 'vitest';
import { hashOfValues } from '../../frozen.ts';
import type { ClusterPort, DesiredLayer, DesiredNodes } from '../cluster.ts';
import { type MakeDriver, never, onDriver } from './driver.ts';

const values = 'mtu: 9000\n';
const layer: DesiredLayer = {
  layer: 'cni',
  pack: 'cni-contract',
  version: '3.26.1',
  digest: `sha256:${'a'.repeat(64)}`,
  values,
  valuesHash: hashOfValues(values),
  profile: new Map([['cni-contract', values]]),
};

/**
 * What every cluster behind the engine's port does.
 *
 * @param make a settled cluster with nodes of both roles
 * @param next nodes that it can be rolled to, with a template that is there
 */
export function clusterContract(name: string, make: MakeDriver<ClusterPort>, next: DesiredNodes): void {
  const layerOf = async (port: ClusterPort) => (await port.layers(never)).find(({ pack }) => pack === layer.pack);

  describe(`${name} as a cluster`, () => {
    it('is settled, and has nodes of both roles', () =>
      onDriver(make, async (port) => {
        const nodes = await port.nodes(never);
        expect(new Set(nodes.map(({ role }) => role))).toEqual(new Set(['control-plane', 'worker']));
        for (const group of ['control-plane', 'workers'] as const) {
          const status = await port.rollout(group, never);
          expect(status.wait).toBeNull();
          expect(status.updated).toBe(status.total);
        }
      }));

    it('asked to roll says at once what is wanted, tells what it waits for until it is so, and asking again changes nothing', () =>
      onDriver(make, async (port) => {
        for (const group of ['control-plane', 'workers'] as const) {
          await port.setRollout(group, next, never);
          const asked = await port.rollout(group, never);
          expect(asked.desired).toEqual(next);
          if (asked.wait !== null) expect(seenWaitSchema.parse(asked.wait).what).not.toBe('');
          await port.setRollout(group, next, never);
          await expect
            .poll(() => port.rollout(group, never), { interval: 5, timeout: 20_000 })
            .toMatchObject({ desired: next, wait: null, updated: asked.total });
        }
        const nodes = await port.nodes(never);
        expect(nodes.every(({ version, template }) => version === next.version && template === next.template)).toBe(
          true,
        );
      }));

    it('runs a layer exactly as it was asked to, and is without it after its removal, asked once or twice', () =>
      onDriver(make, async (port) => {
        expect(await layerOf(port)).toBeUndefined();
        for (let time = 0; time < 2; time += 1) await port.applyLayer(layer, never);
        const asked = await layerOf(port);
        const { values: _, profile: __, ...described } = layer;
        expect(asked).toMatchObject(described);
        if (asked?.wait !== null) expect(seenWaitSchema.parse(asked?.wait).what).toContain(layer.pack);
        await expect.poll(() => layerOf(port), { interval: 5, timeout: 20_000 }).toEqual({ ...described, wait: null });
        for (let time = 0; time < 2; time += 1) await port.removeLayer(layer, never);
        expect(await layerOf(port)).toBeUndefined();
      }));
  });
}
