import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bench, missingPeer, startBench } from '../../cluster/testing/bench.ts';
import { componentImagesCheck } from './component-images-check.ts';
import { componentImages, etcdImage, imageSourcesIn, withDefaults } from './kubeadm-images.ts';
import { pinnedEtcdChecks } from './pinned-etcd-check.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000 });

const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'];

describe('the images of Kubernetes itself', () => {
  it('are named as kubeadm names them, each where it is said to be', () => {
    const sources = imageSourcesIn({
      imageRepository: 'harbor.example/k8s/',
      dns: { imageTag: 'v1.12.0' },
      etcd: { local: { imageRepository: 'quay.example/etcd', imageTag: '3.6.8-0' } },
    });
    expect(componentImages(sources, '1.37.2+site.1')).toEqual({
      named: [
        ...components.map((name) => `harbor.example/k8s/${name}:v1.37.2_site.1`),
        'harbor.example/k8s/coredns:v1.12.0',
        'quay.example/etcd/etcd:3.6.8-0',
      ],
      untold: ['pause'],
    });
  });

  it.each([undefined, 'registry.k8s.io', 'k8s.gcr.io', 'gcr.io/google_containers'])(
    'are of no registry of the site with %s',
    (imageRepository) => {
      expect(componentImages(imageSourcesIn({ imageRepository }), '1.37.2')).toEqual({ named: [], untold: [] });
    },
  );

  it.each([
    [{}, 'registry.k8s.io/etcd:3.6.8-0', true],
    [{ imageRepository: 'harbor.example/k8s/' }, 'harbor.example/k8s/etcd:3.6.8-0', false],
    [
      { imageRepository: 'harbor.example/k8s', etcd: { local: { imageRepository: 'registry.k8s.io' } } },
      'registry.k8s.io/etcd:3.6.8-0',
      true,
    ],
  ])('name etcd, with %j', (configuration, image, isUpstream) => {
    expect(etcdImage(imageSourcesIn(configuration), '3.6.8-0')).toEqual({ image, isUpstream });
  });

  it('are where the control plane says, and where that says nothing where the cluster does', () => {
    const second = imageSourcesIn({ imageRepository: 'b.example', dns: { imageTag: '2' } });
    expect(withDefaults(imageSourcesIn({}), second)).toEqual(second);
    expect(withDefaults(imageSourcesIn({ imageRepository: 'a.example' }), second)).toMatchObject({
      repository: 'a.example',
      dns: { tag: '2' },
    });
    expect(imageSourcesIn('of another form')).toEqual(imageSourcesIn(undefined));
  });
});

describe.skipIf(missingPeer !== undefined)(
  `the check of the images that new nodes pull${missingPeer ? ` (${missingPeer.remedy})` : ''}`,
  () => {
    let bench: Bench;
    const servers: Server[] = [];
    beforeAll(async () => {
      bench = await startBench('v1beta2');
    }, 180_000);
    afterEach(() => {
      for (const server of servers.splice(0)) server.close().closeAllConnections();
    });
    afterAll(() => bench?.close());

    /** A registry that has these tags of every component, or wants a login. */
    async function registry(tags: readonly string[], status = 404): Promise<string> {
      const server = createServer(({ url = '' }, response) => {
        const tag = /^\/v2\/k8s\/[a-z-]+\/manifests\/(.+)$/.exec(url)?.[1];
        if (url === '/v2/') return void response.writeHead(status === 401 ? 401 : 200).end('{}');
        if (tag === undefined || !tags.includes(tag)) return void response.writeHead(status).end();
        const type = 'application/vnd.oci.image.manifest.v1+json';
        const digest = `sha256:${'1'.repeat(64)}`;
        response.writeHead(200, { 'content-type': type, 'content-length': 2, 'docker-content-digest': digest }).end();
      });
      servers.push(server);
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    }
    const rolled = { nodeVersions: ['1.37.2'] };
    async function look(namespace: string, imageRepository: string | undefined, needs = rolled) {
      const { sample } = await bench.sample(namespace);
      await sample.create('Cluster', 'c1', {
        infrastructureRef: sample.reference('VSphereCluster', 'c1'),
        controlPlaneRef: sample.reference('KubeadmControlPlane', 'c1-cp'),
        controlPlaneEndpoint: { host: '127.0.0.1', port: 6443 },
      });
      await sample.controlPlane(3, 'v1.36.3', 'old');
      if (imageRepository !== undefined) {
        const kubeadmConfigSpec = { clusterConfiguration: { imageRepository } };
        await sample.merge('KubeadmControlPlane', 'c1-cp', { spec: { kubeadmConfigSpec } });
      }
      const objects = async () => bench.objects;
      const cluster = { namespace, name: 'c1' };
      return await componentImagesCheck({ objects, enterprise: objects, cluster, imageRegistry: undefined }, needs);
    }

    it('asks nobody where the cluster names no registry of the site, and says why', async () => {
      const check = await look('images-default', undefined);
      expect(check).toMatchObject({ name: 'component-images', outcome: 'pass' });
      expect(check.detail).toContain('no registry is asked');
      expect(await look('images-quiet', undefined, { nodeVersions: [] })).toMatchObject({
        detail: 'No node is replaced',
      });
    });

    it('passes where the registry has them, and says which it did not ask for', async () => {
      const host = await registry(['v1.37.2', 'v1.36.3']);
      expect(await look('images-there', `${host}/k8s`)).toMatchObject({
        outcome: 'pass',
        detail:
          "4 images are where nodes will pull them; coredns, etcd, pause have tags of kubeadm's own, not asked for",
      });
    });

    it('blocks where it has those that nodes run and not the next, each named, and a person may accept it', async () => {
      const host = await registry(['v1.36.3']);
      const check = await look('images-missing', `${host}/k8s`);
      const images = components.map((name) => `${host}/k8s/${name}:v1.37.2`);
      expect(check).toMatchObject({ outcome: 'block', risk: { objects: images.toSorted() } });
      expect(check.items?.map(({ place }) => place)).toEqual(images);
      expect(check.detail).toContain(`it has ${host}/k8s/kube-apiserver:v1.36.3, which nodes run now`);
    });

    it('asks for those of every minor on the way', async () => {
      const host = await registry(['v1.36.3', 'v1.38.0']);
      const check = await look('images-minors', `${host}/k8s`, { nodeVersions: ['1.37.2', '1.38.0'] });
      expect(check.items?.map(({ place }) => place)).toEqual(components.map((name) => `${host}/k8s/${name}:v1.37.2`));
    });

    it('warns where it has neither: nodes may have them in their image', async () => {
      const check = await look('images-neither', `${await registry([])}/k8s`);
      expect(check).toMatchObject({ outcome: 'warn', remedy: expect.stringContaining('node image') });
      expect(check.detail).toContain('nor are those that nodes run now');
    });

    it.each([
      ['wants a login that is not known here', 'images-login', () => registry([], 401)],
      ['does not answer', 'images-away', () => Promise.resolve('127.0.0.1:1')],
    ])('warns where it %s', async (_what, namespace, start) => {
      const host = await start();
      const check = await look(namespace, `${host}/k8s`);
      expect(check).toMatchObject({ outcome: 'warn', remedy: expect.stringContaining('could not be asked') });
      expect(check.detail).toMatch(new RegExp(`^${host} could not be asked: `));
    });

    describe('of etcd that is kept', () => {
      /** What is asked of the images of releases, and whether they have it. */
      const releases = { asked: [] as string[], has: false };
      async function lookAtEtcd(
        namespace: string,
        clusterConfiguration: object,
        registryOfSite?: string,
        keepsEtcd = true,
      ) {
        const { sample } = await bench.sample(namespace);
        await sample.create('Cluster', 'c1', {
          infrastructureRef: sample.reference('VSphereCluster', 'c1'),
          controlPlaneRef: sample.reference('KubeadmControlPlane', 'c1-cp'),
          controlPlaneEndpoint: { host: '127.0.0.1', port: 6443 },
        });
        await sample.controlPlane(3, 'v1.36.3', 'old');
        if (Object.keys(clusterConfiguration).length > 0) {
          await sample.merge('KubeadmControlPlane', 'c1-cp', { spec: { kubeadmConfigSpec: { clusterConfiguration } } });
        }
        const objects = async () => bench.objects;
        const content = {
          digestOfImage: (image: string) => {
            releases.asked.push(image);
            return Promise.resolve(releases.has ? `sha256:${'2'.repeat(64)}` : undefined);
          },
        };
        const imageRegistry = registryOfSite === undefined ? undefined : { registry: registryOfSite, base: 'k8s' };
        const sides = { objects, enterprise: objects, cluster: { namespace, name: 'c1' }, imageRegistry, content };
        return (await Promise.all(pinnedEtcdChecks(sides, { keepsEtcd })))[0];
      }

      it('is looked for only where it is kept, and unknown where nobody knows which runs', async () => {
        expect(await lookAtEtcd('etcd-goes', {}, undefined, false)).toBeUndefined();
        const check = await lookAtEtcd('etcd-unseen', {});
        expect(check).toMatchObject({ name: 'pinned-etcd-image', outcome: 'unknown' });
        expect(check?.detail).toContain('no pod of etcd is seen');
        await bench.api.create('/api/v1/namespaces/kube-system/pods', {
          metadata: { name: 'etcd-one', labels: { component: 'etcd' } },
          spec: { nodeName: 'one', containers: [{ name: 'etcd', image: 'registry.example:5000/etcd:3.6.8-0' }] },
        });
      });

      it('has to be at the registry that the cluster names, in the version that runs', async () => {
        const host = await registry(['3.6.8-0']);
        const imageRepository = `${host}/k8s`;
        expect(await lookAtEtcd('etcd-there', { imageRepository })).toMatchObject({
          outcome: 'pass',
          detail: `${host}/k8s/etcd:3.6.8-0 is there`,
        });
        const other = { imageRepository: 'nowhere.example', etcd: { local: { imageRepository, imageTag: '3.6.9-0' } } };
        expect(await lookAtEtcd('etcd-missing', other)).toMatchObject({
          outcome: 'block',
          detail: `${host}/k8s/etcd:3.6.9-0 is not where new machines would pull it`,
          remedy: expect.stringContaining('without --reversible'),
          risk: { objects: [`${host}/k8s/etcd:3.6.9-0`] },
        });
        expect(releases.asked).toEqual([]);
      });

      it('has to be among the images of releases where a mirror hands it out', async () => {
        const image = 'registry.k8s.io/etcd:3.6.8-0';
        expect(await lookAtEtcd('etcd-not-released', {})).toMatchObject({
          outcome: 'block',
          risk: { objects: [image] },
        });
        releases.has = true;
        expect(await lookAtEtcd('etcd-released', {})).toMatchObject({ outcome: 'pass', detail: `${image} is there` });
        expect(releases.asked).toEqual([image, image]);
      });

      it('has to be where bundles put it at the registry that nodes use, and warns where that does not answer', async () => {
        const host = await registry([]);
        const check = await lookAtEtcd('etcd-at-site', {}, host);
        expect(check).toMatchObject({ outcome: 'block', risk: { objects: ['registry.k8s.io/etcd:3.6.8-0'] } });
        expect(check?.detail).toContain(`there is no ${host}/k8s/registry.k8s.io/etcd:3.6.8-0`);
        expect(await lookAtEtcd('etcd-away', {}, '127.0.0.1:1')).toMatchObject({
          outcome: 'warn',
          detail: expect.stringContaining('could not be asked'),
        });
      });
    });

    it('looks at what the cluster itself was set up with where its control plane says nothing', async () => {
      const host = await registry(['v1.36.3']);
      const ClusterConfiguration = `apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nimageRepository: ${host}/k8s\n`;
      const metadata = { namespace: 'kube-system', name: 'kubeadm-config' };
      await bench.objects.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { ClusterConfiguration } });
      expect(await look('images-config', undefined)).toMatchObject({ outcome: 'block' });
      const at = { apiVersion: 'v1', kind: 'ConfigMap', ...metadata };
      await bench.objects.mergePatch(at, { data: { ClusterConfiguration: 'a: [' } });
      expect(await look('images-damaged', undefined)).toMatchObject({
        outcome: 'unknown',
        detail: expect.stringContaining('ClusterConfiguration is no YAML'),
      });
    });
  },
);
