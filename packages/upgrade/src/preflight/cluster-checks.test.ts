import type { ClusterProfile } from '@sealift/core/profile';
import { expect, it } from 'vitest';
import { hashOfValues } from '../frozen.ts';
import type { ClusterPort, LayerStatus } from '../ports/cluster.ts';
import { layersAsRecorded } from './cluster-checks.ts';

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
