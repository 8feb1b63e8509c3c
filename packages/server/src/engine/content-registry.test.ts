import { contentContract } from '@sealift/upgrade/ports/contract/content';
import { afterAll, beforeAll } from 'vitest';
import { type PushedRelease, pushRelease } from '../testing/push-release.ts';
import { RunningPlatform } from '../testing/running-platform.ts';
import { contentRegistry } from './content-registry.ts';

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
    alter: (draft) => ({ ...draft, spec: { ...draft.spec, elsewhere: ['registry.example/everywhere:1'] } }),
    cniFiles: { 'manifests/setup.yaml': manifest, 'charts/calico-1.0.0.tgz': 'a packed chart' },
  });
}, 60_000);
afterAll(() => platform.stop());

contentContract('the registry', async () => {
  const client = platform.registry();
  const { layers, nodeImage } = pushed.release.spec;
  const pinned = layers.find(({ layer }) => layer === 'cni');
  if (pinned === undefined || nodeImage === undefined) throw new Error('the sample has a CNI layer and a node image');
  return {
    port: {
      content: contentRegistry({ client }),
      ova: { digest: nodeImage.digest, bytes: Buffer.from('an OVA with Kubernetes 1.26.8') },
      pinned,
      opened: {
        valuesYaml: 'mtu: 1440\n',
        manifests: new Map([['manifests/setup.yaml', manifest]]),
        charts: new Map([['charts/calico-1.0.0.tgz', Buffer.from('a packed chart')]]),
      },
      release: {
        digest: pushed.marker,
        pinned: {
          images: pushed.release.spec.images.map(({ name, digest }) => ({ name, digest })),
          elsewhere: ['registry.example/everywhere:1'],
          tools: [],
        },
      },
    },
    close: async () => client.close(),
  };
});
