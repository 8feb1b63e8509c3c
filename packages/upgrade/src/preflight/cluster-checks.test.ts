import type { ClusterNode } from '@sealift/core/cluster';
import type { ClusterProfile } from '@sealift/core/profile';
import { expect, it } from 'vitest';
import { hashOfValues } from '../frozen.ts';
import type { ClusterPort, EmulationObstacle, LayerStatus } from '../ports/cluster.ts';
import { emulationPossible, layersAsRecorded, nodesReady } from './cluster-checks.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const packs = ['calico', 'csi'] as const;
const profile: ClusterProfile = {
  format: 1,
  product: 'Harborview',
  version: '1.0.0',
  layers: packs.map((pack) => ({
    layer: 'addon' as const,
    pack,
    version: '1',
    digest,
    baseValues: 'a: 1\n',
    currentValues: 'a: 1\n',
  })),
};
const asRecorded: LayerStatus[] = profile.layers.map(({ layer, pack, version, currentValues }) => ({
  layer,
  pack,
  version,
  digest,
  valuesHash: hashOfValues(currentValues),
  wait: null,
}));
const ended = { to: '1.0.1', touches: ({ pack }: { pack: string }) => pack === 'calico' };

/** A cluster in which one pack is as told. */
function clusterWith(pack: string, change: Partial<LayerStatus>): ClusterPort {
  const layers = asRecorded.map((one) => (one.pack === pack ? { ...one, ...change } : one));
  return { layers: () => Promise.resolve(layers) } as unknown as ClusterPort;
}

it('explains a difference by the upgrade that was ended early, where that one touched the layer', async () => {
  const check = await layersAsRecorded(clusterWith('calico', { version: '2' }), profile, ended);
  expect(check).toMatchObject({ outcome: 'warn', detail: expect.stringContaining('the upgrade to 1.0.1 left it') });
  expect(check.remedy).not.toContain('Find out who');
});

it.each([
  ['another version', { version: '2' }],
  ['a rebuilt pack of the same version', { digest: `sha256:${'b'.repeat(64)}` }],
  ['other values', { valuesHash: 'f'.repeat(64) }],
])('asks who changed a layer to %s that nothing explains', async (_, change) => {
  for (const explained of [ended, null]) {
    const check = await layersAsRecorded(clusterWith('csi', change), profile, explained);
    expect(check).toMatchObject({ outcome: 'warn', remedy: expect.stringContaining('Find out who') });
  }
  expect(await layersAsRecorded(clusterWith('calico', change), profile, null)).toMatchObject({ outcome: 'warn' });
});

it('passes where every layer is as recorded', async () => {
  expect(await layersAsRecorded(clusterWith('csi', {}), profile, ended)).toMatchObject({ outcome: 'pass' });
});

it('names every layer that is not healthy, which a person may accept, also beside one that differs', async () => {
  const wait = { what: 'pods are missing', since: '2026-11-01T00:00:00.000Z', remedy: null } as LayerStatus['wait'];
  const layers = asRecorded.map((one) => ({ ...one, wait }));
  const unhealthy = { layers: () => Promise.resolve(layers) } as unknown as ClusterPort;
  const objects = ['addon/calico', 'addon/csi'];
  expect(await layersAsRecorded(unhealthy, profile, null)).toMatchObject({ outcome: 'block', risk: { objects } });
  const [first, ...rest] = layers;
  const differs = { layers: () => Promise.resolve([{ ...first, valuesHash: 'f'.repeat(64) }, ...rest]) };
  expect(await layersAsRecorded(differs as unknown as ClusterPort, profile, null)).toMatchObject({
    outcome: 'block',
    risk: { objects },
  });
});

it('asks the health of a layer that differs, whether or not an upgrade explains that', async () => {
  const what = 'Deployment calico-system/typha has 0 of 2 pods';
  const wait = { what, since: '2026-11-01T00:00:00.000Z', remedy: 'Look at it.' } as LayerStatus['wait'];
  const sick = clusterWith('calico', { valuesHash: 'f'.repeat(64), wait });
  for (const explained of [ended, null]) {
    expect(await layersAsRecorded(sick, profile, explained)).toMatchObject({
      outcome: 'block',
      detail: expect.stringContaining(what),
      remedy: 'Look at it.',
      risk: { objects: ['addon/calico'] },
    });
  }
});

it('lets the upgrade go on that was ended in the middle of a layer', async () => {
  const wait = { what: 'applying 2 was cut', since: '2026-11-01T00:00:00.000Z', remedy: null } as LayerStatus['wait'];
  const cut = clusterWith('calico', { digest: '', valuesHash: '', wait });
  const remedy = expect.stringContaining('Continue with the upgrade to 1.0.1');
  expect(await layersAsRecorded(cut, profile, ended)).toMatchObject({ outcome: 'warn', remedy });
  expect(await layersAsRecorded(cut, profile, null)).toMatchObject({ outcome: 'block', detail: 'applying 2 was cut' });
});

it('a pack that is gone is accepted by nobody', async () => {
  const gone = { layers: () => Promise.resolve(asRecorded.slice(1)) } as unknown as ClusterPort;
  const check = await layersAsRecorded(gone, profile, null);
  expect(check.outcome).toBe('block');
  expect(check.risk).toBeUndefined();
});

it('workers that are not ready may be accepted, a control plane that is not never', async () => {
  const node = (name: string, role: ClusterNode['role']) => ({ name, role, ready: false, message: 'is away' });
  const cluster = (...nodes: ReturnType<typeof node>[]) =>
    ({ nodes: () => Promise.resolve(nodes) }) as unknown as ClusterPort;
  const workers = await nodesReady(cluster(node('w2', 'worker'), node('w1', 'worker')));
  expect(workers).toMatchObject({ outcome: 'block', risk: { objects: ['w1', 'w2'] } });
  const both = await nodesReady(cluster(node('w1', 'worker'), node('c1', 'control-plane')));
  expect(both.outcome).toBe('block');
  expect(both.risk).toBeUndefined();
});

it.each([
  ['passes where nothing is in the way', [], { outcome: 'pass' }],
  [
    'blocks for what is sure, with its remedy',
    [obstacle('a', false), obstacle('b', true)],
    { outcome: 'block', detail: 'a', remedy: 'mend a' },
  ],
  [
    'lets a person accept what only may be',
    [obstacle('b', true)],
    { outcome: 'block', detail: 'b', risk: { objects: ['b'] } },
  ],
])('a control plane that shall be able to go back %s', async (_, obstacles, expected) => {
  const cluster = { obstaclesToEmulation: () => Promise.resolve(obstacles) } as unknown as ClusterPort;
  const check = await emulationPossible(cluster);
  expect(check).toMatchObject(expected);
  expect(check.risk === undefined).toBe(!('risk' in expected));
});

function obstacle(what: string, maybe: boolean): EmulationObstacle {
  return { what, remedy: `mend ${what}`, maybe };
}
