import type { LayerStatus } from '@sealift/upgrade/ports';
import type { SimulatorState } from './state.ts';

/** How long a layer takes until it is healthy at speed 1, in ms. */
const settleMs = 1500;

/** What an observer sees of the layers at `now` (wall clock, ms). */
export function layerStatuses(state: SimulatorState, now: number, speed: number): LayerStatus[] {
  return state.layers.map(({ appliedAt, ...layer }) => {
    const healthy = now >= appliedAt + settleMs / speed;
    return { ...layer, healthy, message: healthy ? 'all pods are ready' : 'pods are starting' };
  });
}
