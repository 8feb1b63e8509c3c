import { beforeEach, describe, expect, it } from 'vitest';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { frozenSample, storeConfirmedUpgrade } from '../../testing/confirmed-upgrade.ts';
import { sharedStore } from '../../testing/shared-store.ts';
import { setResolutions } from '../edit-draft.ts';
import { loadUpgrade } from '../queries.ts';
import { planText } from '../stored-plan.ts';
import { layerManifests, oneAtATime } from './manifests.ts';

const id = '6d8f5a0e-0000-4000-8000-000000000031';
const calico = 'cni-calico';
const store = sharedStore();
const someone = { name: 'ann', address: 'local' };

beforeEach(async () => {
  const { db } = store();
  await storeConfirmedUpgrade(db, id, 'draft');
  const { plan } = frozenSample;
  const target = { layer: 'cni', pack: 'calico', version: '2', digest: `sha256:${'d'.repeat(64)}` } as const;
  const step = {
    id: '0-layer-cni-calico',
    kind: 'layer',
    title: 'Update calico',
    rollback: 'reversible',
    target,
  } as const;
  const hops = plan.hops.map((hop) => ({ ...hop, steps: [step] }));
  await db
    .updateTable('upgrade')
    .set({ plan: planText({ ...plan, hops }) })
    .execute();
  await db.updateTable('upgrade_layer').set({ incoming: 'mtu: 1500\n' }).execute();
});

/** A cluster that says which layers it was asked to render. */
function rendered(asked: DesiredLayer[] = []) {
  const render = (layer: DesiredLayer) => {
    asked.push(layer);
    return Promise.resolve({ text: layer.values, objects: 1, omitted: 0 });
  };
  const services = { store: store(), cluster: { manifests: { render } } };
  return async () => await layerManifests(services, await loadUpgrade(store().db, id), calico);
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
    expect(await look()).toMatchObject({
      change: 'changed',
      now: { text: 'mtu: 9000\n' },
      next: { text: 'mtu: 1500\n' },
    });
    expect(asked.map(({ pack, version }) => [pack, version])).toEqual([
      ['calico', '1'],
      ['calico', '2'],
    ]);
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
