import { seenWaitSchema } from '@sealift/core/upgrade';
import { describe, expect, it } from 'vitest';
import { hashOfValues } from '../../frozen.ts';
import type { ClusterPort, DesiredLayer, DesiredNodes, LayerValues, RolloutStatus } from '../cluster.ts';
import { type MakeDriver, never, onDriver } from './driver.ts';

const values = 'mtu: 9000\n';
/** The layer that the contract runs; a driver that fetches its pack must find something under this digest. */
export const contractLayer: DesiredLayer = {
  layer: 'cni',
  pack: 'cni-contract',
  version: '3.26.1',
  digest: `sha256:${'a'.repeat(64)}`,
  values,
  valuesHash: hashOfValues(values),
  profile: new Map([['cni-contract', values]]),
  release: `sha256:${'b'.repeat(64)}`,
};

/** What kubeadm is asked to do on the nodes of both groups; each group's own is there. */
const setup: readonly LayerValues[] = [
  {
    layer: 'k8s',
    pack: 'kubernetes',
    values: `kubeadmconfig:
  apiServer:
    extraArgs: { audit-log-maxage: "90" }
  kubeletExtraArgs: { event-qps: "0" }
`,
  },
];

/** How long a rollout of one group may take, and how often it is looked at meanwhile. */
export interface RolloutPace {
  readonly timeoutMs: number;
  readonly pollMs: number;
}

/**
 * What every cluster behind the engine's port does.
 *
 * @param make a settled cluster with nodes of both roles
 * @param next nodes that it can be rolled to, with a template that is there
 */
export function clusterContract(name: string, make: MakeDriver<ClusterPort>, next: DesiredNodes): void {
  rolloutContract(name, make, next);
  layersContract(name, make);
}

/** The part of it that is about nodes; as `clusterContract`. */
export function rolloutContract(
  name: string,
  make: MakeDriver<Pick<ClusterPort, 'nodes' | 'rollout' | 'setRollout'>>,
  next: DesiredNodes,
  { timeoutMs, pollMs }: RolloutPace = { timeoutMs: 20_000, pollMs: 5 },
): void {
  describe(`${name} as a cluster of nodes`, () => {
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
          expect((await port.rollout(group, never, setup)).setup).toBe('other');
          await port.setRollout(group, next, never, setup);
          const asked = await port.rollout(group, never, setup);
          expect(asked).toMatchObject({ desired: next, setup: 'asked' });
          if (asked.wait !== null) expect(seenWaitSchema.parse(asked.wait).what).not.toBe('');
          await port.setRollout(group, next, never, setup);
          const look = async (): Promise<RolloutStatus> => {
            const status = await port.rollout(group, never, setup);
            if (status.due !== undefined) await port.setRollout(group, next, never, setup);
            return status;
          };
          await expect
            .poll(look, { interval: pollMs, timeout: timeoutMs })
            .toEqual({ desired: next, wait: null, updated: asked.total, total: asked.total, setup: 'asked' });
          expect(await port.rollout(group, never)).not.toHaveProperty('setup');
        }
        const nodes = await port.nodes(never);
        expect(nodes.every(({ version, template }) => version === next.version && template === next.template)).toBe(
          true,
        );
      }));
  });
}

/** The part of it that is about layers. @param make a cluster that does not run the contract's layer */
export function layersContract(
  name: string,
  make: MakeDriver<Pick<ClusterPort, 'layers' | 'applyLayer' | 'removeLayer'>>,
): void {
  const layer = contractLayer;
  const layerOf = async (port: Pick<ClusterPort, 'layers'>) =>
    (await port.layers(never)).find(({ pack }) => pack === layer.pack);

  describe(`${name} as a cluster with layers`, () => {
    it('runs a layer exactly as it was asked to, and is without it after its removal, asked once or twice', () =>
      onDriver(make, async (port) => {
        expect(await layerOf(port)).toBeUndefined();
        for (let time = 0; time < 2; time += 1) await port.applyLayer(layer, never);
        const asked = await layerOf(port);
        const { values: _, profile: __, release: ___, ...described } = layer;
        expect(asked).toMatchObject(described);
        if (asked?.wait !== null) expect(seenWaitSchema.parse(asked?.wait).what).toContain(layer.pack);
        await expect.poll(() => layerOf(port), { interval: 5, timeout: 20_000 }).toEqual({ ...described, wait: null });
        for (let time = 0; time < 2; time += 1) await port.removeLayer(layer, never);
        expect(await layerOf(port)).toBeUndefined();
      }));

    it('runs new values and a new version in place of the old', () =>
      onDriver(make, async (port) => {
        await port.applyLayer(layer, never);
        const values = 'mtu: 1500\n';
        const other = { ...layer, version: '3.26.4', values, valuesHash: hashOfValues(values) };
        await port.applyLayer(other, never);
        expect((await port.layers(never)).filter(({ pack }) => pack === layer.pack)).toHaveLength(1);
        const { version, valuesHash } = other;
        expect(await layerOf(port)).toMatchObject({ version, valuesHash });
        expect(await port.layers(never, other)).toMatchObject([{ pack: layer.pack, version }]);
        expect(await port.layers(never, { layer: 'addon', pack: layer.pack })).toEqual([]);
        await port.removeLayer(layer, never);
      }));

    it('changes nothing for values that are not those of their hash', () =>
      onDriver(make, async (port) => {
        await expect(port.applyLayer({ ...layer, values: 'mtu: 1\n' }, never)).rejects.toBeInstanceOf(Error);
        expect(await layerOf(port)).toBeUndefined();
      }));
  });
}
