import { setTimeout as delay } from 'node:timers/promises';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { DesiredLayer, LayerPlace } from '@sealift/upgrade/ports/cluster';
import type { LayersPort } from './layers-port.ts';

const pollMs = 100;

/** Applies a layer and waits until that has ended, well or not; whether the layer is healthy is not waited for. @throws as `applyLayer`, CANCELLED */
export async function applyToTheEnd(port: LayersPort, layer: DesiredLayer, cancel: Cancel): Promise<void> {
  await toTheEnd(port, layer, () => port.applyLayer(layer, cancel), cancel);
}

/** Removes a layer, likewise. @throws as `removeLayer`, CANCELLED */
export async function removeToTheEnd(port: LayersPort, place: LayerPlace, cancel: Cancel): Promise<void> {
  await toTheEnd(port, place, () => port.removeLayer(place, cancel), cancel);
}

async function toTheEnd(port: LayersPort, { layer, pack }: LayerPlace, ask: () => Promise<void>, cancel: Cancel) {
  await ask();
  for (;;) {
    const found = (await port.layers(cancel)).find((one) => one.layer === layer && one.pack === pack);
    if (found?.underway === undefined) break;
    await delay(pollMs, undefined, { signal: cancel });
  }
  // Tells how it ended.
  await ask();
}
