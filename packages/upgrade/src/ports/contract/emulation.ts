import { describe, expect, it } from 'vitest';
import type { ClusterPort, ControlPlaneStage, DesiredNodes, RolloutStatus } from '../cluster.ts';
import { type MakeDriver, never, onDriver } from './driver.ts';

const plain: ControlPlaneStage = { emulates: null, pinsEtcd: false };

/**
 * What every cluster does that takes its control plane to the next minor so that it can come back.
 *
 * @param make a settled cluster that runs `old`, with the templates of both
 * @param next nodes of the minor after `old`
 */
export function emulationContract(
  name: string,
  make: MakeDriver<Pick<ClusterPort, 'nodes' | 'rollout' | 'setRollout' | 'obstaclesToEmulation'>>,
  { old, next, emulates }: { readonly old: DesiredNodes; readonly next: DesiredNodes; readonly emulates: string },
): void {
  describe(`${name} as a cluster whose control plane can go back`, () => {
    it('goes forward, back, forward and to its own, and does not go back from there', () =>
      onDriver(make, async (port) => {
        expect(await port.obstaclesToEmulation(never)).toEqual([]);
        const roll = async (nodes: DesiredNodes, stage: ControlPlaneStage): Promise<void> => {
          await port.setRollout('control-plane', nodes, never, undefined, stage);
          const look = async (): Promise<RolloutStatus> => {
            const status = await port.rollout('control-plane', never, undefined, stage);
            if (status.due !== undefined) await port.setRollout('control-plane', nodes, never, undefined, stage);
            return status;
          };
          await expect
            .poll(look, { interval: 5, timeout: 20_000 })
            .toMatchObject({ desired: nodes, stage: 'asked', wait: null });
          const all = (await port.nodes(never)).filter(({ role }) => role === 'control-plane');
          expect(new Set(all.map(({ version }) => version))).toEqual(new Set([nodes.version]));
        };
        const emulating = { emulates, pinsEtcd: true };
        await roll(next, emulating);
        expect(await port.rollout('control-plane', never, undefined, plain)).toMatchObject({ stage: 'other' });
        await roll(old, plain);
        await roll(next, emulating);
        await roll(next, { emulates: null, pinsEtcd: true });
        await expect(port.setRollout('control-plane', old, never, undefined, plain)).rejects.toBeInstanceOf(Error);
        await roll(next, plain);
      }));

    it('goes to no older version that it does not serve', () =>
      onDriver(make, async (port) => {
        await port.setRollout('control-plane', next, never);
        await expect(port.setRollout('control-plane', old, never)).rejects.toBeInstanceOf(Error);
        expect((await port.rollout('control-plane', never)).desired).toEqual(next);
      }));
  });
}
