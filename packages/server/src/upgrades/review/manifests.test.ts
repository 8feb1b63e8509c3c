import { beforeEach, describe, expect, it } from 'vitest';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { storeConfirmedUpgrade } from '../../testing/confirmed-upgrade.ts';
import { memoryConsole } from '../../testing/memory-console.ts';
import { sharedStore } from '../../testing/shared-store.ts';
import { setResolutions } from '../edit-draft.ts';
import { loadUpgrade } from '../queries.ts';
import { layerManifests, oneAtATime } from './manifests.ts';

const id = '6d8f5a0e-0000-4000-8000-000000000031';
const calico = 'cni-calico';
const store = sharedStore();
const someone = { name: 'ann', address: 'local' };

beforeEach(() => storeConfirmedUpgrade(store().db, id, 'draft'));

/** A cluster that says which layers it was asked to render. */
function rendered(asked: DesiredLayer[] = []) {
  const parts = memoryConsole(store());
  const render = (layer: DesiredLayer) => {
    asked.push(layer);
    return Promise.resolve({ text: layer.values, objects: 1, omitted: 0 });
  };
  const services = { store: store(), cluster: { ...parts.cluster, manifests: { render } } };
  return async () => await layerManifests(services as never, await loadUpgrade(store().db, id), calico);
}

describe('the manifests of a layer', () => {
  it('are rendered with the values that were merged, once nothing of the layer is open', async () => {
    const asked: DesiredLayer[] = [];
    const look = rendered(asked);
    expect(await look()).toEqual({ change: 'open', now: null, next: null });
    expect(asked).toEqual([]);
    const path = ['mtu'];
    await setResolutions(store().db, { actor: someone, address: { id, layerId: calico } }, [
      { path, take: 'incoming' },
    ]);
    const { change, next } = await look();
    expect(change).toBe('changed');
    expect(next?.text).toContain('mtu');
    expect(asked.at(-1)).toMatchObject({ pack: calico, values: next?.text });
  });

  it('are not rendered for an upgrade that was confirmed', async () => {
    await store().db.updateTable('upgrade').set({ state: 'running' }).execute();
    await expect(rendered()()).rejects.toMatchObject({ code: 'UPGRADE_NOT_DRAFT' });
  });
});

describe('one at a time', () => {
  it('goes on after one that failed, in the order in which they were asked', async () => {
    const next = oneAtATime();
    const order: string[] = [];
    const failing = next(async () => {
      order.push('first');
      throw new Error('no helm');
    });
    const second = next(() => Promise.resolve(order.push('second')));
    await expect(failing).rejects.toThrow('no helm');
    await second;
    expect(order).toEqual(['first', 'second']);
  });
});
