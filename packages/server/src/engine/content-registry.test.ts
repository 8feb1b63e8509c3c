import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PushedRelease, pushRelease } from '../testing/push-release.ts';
import { RunningPlatform } from '../testing/running-platform.ts';
import { contentRegistry } from './content-registry.ts';

const never = new AbortController().signal;
const manifest = 'kind: ConfigMap\n';
let platform: RunningPlatform;
let pushed: PushedRelease;

beforeAll(async () => {
  platform = await RunningPlatform.start();
  pushed = await pushRelease(platform.registry(), {
    version: '4.2.12',
    kubernetes: '1.26.8',
    upgradesFrom: '>=4.2.0 <4.2.12',
    cniValues: 'mtu: 1440\n',
    cniFiles: { 'manifests/setup.yaml': manifest, 'charts/calico-1.0.0.tgz': 'a packed chart' },
  });
}, 60_000);
afterAll(() => platform.stop());

it('opens a pack by the digest that the release pins: values, manifests, charts as they are packed', async () => {
  const content = contentRegistry({ client: platform.registry() });
  const [cni] = pushed.release.spec.layers.filter(({ layer }) => layer === 'cni');
  if (cni === undefined) throw new Error('the sample has a CNI layer');
  const opened = await content.openPack(cni, never);
  expect(opened.valuesYaml).toBe('mtu: 1440\n');
  expect([...opened.manifests]).toEqual([['manifests/setup.yaml', manifest]]);
  expect([...opened.charts].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])).toEqual([
    ['charts/calico-1.0.0.tgz', 'a packed chart'],
  ]);
});

it('does not open what has another digest than is pinned, nor for one who has given up', async () => {
  const content = contentRegistry({ client: platform.registry() });
  const pinned = { pack: 'calico', version: '4.2.12', digest: `sha256:${'0'.repeat(64)}` };
  await expect(content.openPack(pinned, never)).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' });
  await expect(content.openPack(pinned, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});

it('opens a node image from its beginning, and from an offset', async () => {
  const content = contentRegistry({ client: platform.registry() });
  const { sizeBytes, open } = await content.openOva(pushed.release.spec.nodeImage?.digest ?? '');
  const whole = await text(await open());
  expect(whole).toBe('an OVA with Kubernetes 1.26.8');
  expect(sizeBytes).toBe(whole.length);
  expect(await text(await open(3))).toBe(whole.slice(3));
});
