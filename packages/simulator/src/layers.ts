import type { LayerStatus } from '@sealift/upgrade/ports/cluster';
import { waitingFor } from '@sealift/core/upgrade';
import type { SimulatorState } from './state.ts';

/** How long a layer takes until it is healthy at speed 1, in ms. */
const settleMs = 1500;

/** What an observer sees of the layers at `now` (wall clock, ms). */
export function layerStatuses(state: SimulatorState, now: number, speed: number): LayerStatus[] {
  return state.layers.map(({ appliedAt, ...layer }) => {
    if (now >= appliedAt + settleMs / speed) return { ...layer, wait: null };
    const wait = waitingFor(`${layer.pack}: pods are starting`, {
      since: new Date(appliedAt).toISOString(),
      object: { kind: 'Layer', name: layer.pack },
    });
    return { ...layer, wait };
  });
}
