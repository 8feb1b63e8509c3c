import type { LayerStatus } from '@sealift/upgrade/ports/cluster';
import { waitingFor } from '@sealift/core/upgrade';
import type { SimulatorState } from './state.ts';

/** How long a layer takes until it is healthy at speed 1, in ms. */
const settleMs = 1500;

/** Whether what was applied at a time (wall clock, ms) runs at `now`. */
export function isSettled(appliedAt: number, now: number, speed: number): boolean {
  return now >= appliedAt + settleMs / speed;
}

/** What an observer sees of the layers at `now` (wall clock, ms). */
export function layerStatuses(state: SimulatorState, now: number, speed: number): LayerStatus[] {
  return state.layers.map(({ appliedAt, layer: of, pack, version, digest, valuesHash }) => {
    const layer = { layer: of, pack, version, digest, valuesHash };
    if (isSettled(appliedAt, now, speed)) return { ...layer, wait: null };
    const wait = waitingFor(`${layer.pack}: pods are starting`, {
      since: new Date(appliedAt).toISOString(),
      object: { kind: 'Layer', name: layer.pack },
    });
    return { ...layer, wait };
  });
}
