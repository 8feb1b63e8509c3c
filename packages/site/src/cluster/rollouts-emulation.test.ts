import type { KubeObject } from '@sealift/testkit/site/kube-api';
import type { ControlPlaneStage } from '@sealift/upgrade/ports/cluster';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bench, missingPeer, newTemplate, oldTemplate, startBench } from './testing/bench.ts';
import { makeSettled } from './testing/settled.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000 });

const never = new AbortController().signal;
const next = { version: '1.37.2', template: newTemplate };
const old = { version: '1.36.3', template: oldTemplate };
const emulating: ControlPlaneStage = { emulates: '1.36', pinsEtcd: true };
const native: ControlPlaneStage = { emulates: null, pinsEtcd: true };
const plain: ControlPlaneStage = { emulates: null, pinsEtcd: false };

interface Owner extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation: number };
  readonly spec: {
    readonly version: string;
    readonly machineTemplate: object;
    readonly kubeadmConfigSpec: { readonly clusterConfiguration?: Readonly<Record<string, unknown>> };
  };
}

describe.skipIf(missingPeer !== undefined).each(['v1beta1', 'v1beta2'] as const)(
  `a control plane that stays able to go back, through Cluster API %s${missingPeer ? ` (${missingPeer.remedy})` : ''}`,
  (version) => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await startBench(version);
      await bench.api.create('/api/v1/namespaces/kube-system/pods', {
        metadata: { name: 'etcd-one', labels: { component: 'etcd' } },
        spec: { nodeName: 'one', containers: [{ name: 'etcd', image: 'registry.example:5000/etcd:3.6.8-0' }] },
      });
    }, 180_000);
    afterAll(() => bench?.close());

    const written = (args: Readonly<Record<string, string>>): unknown =>
      version === 'v1beta1' ? args : Object.entries(args).map(([name, value]) => ({ name, value }));

    const settled = async (namespace: string, clusterConfiguration: object = {}) => {
      const made = await bench.sample(namespace);
      const { sample } = made;
      await makeSettled(sample);
      const own = { apiServer: { extraArgs: written({ profiling: 'false' }) }, ...clusterConfiguration };
      await sample.merge('KubeadmControlPlane', 'c1-cp', {
        spec: { kubeadmConfigSpec: { clusterConfiguration: own } },
      });
      await sample.status('KubeadmControlPlane', 'c1-cp', {});
      return {
        ...made,
        controlPlane: async (): Promise<Owner> => {
          const found = await sample.get<Owner>('KubeadmControlPlane', 'c1-cp');
          if (found === undefined) throw new Error('no control plane');
          return found;
        },
      };
    };
    const ask = { group: 'control-plane', cancel: never } as const;

    it('goes forward, back, forward, on to the end, each with one patch, and is then as it was but for the version', async () => {
      const { port, controlPlane } = await settled('course');
      const before = await controlPlane();
      const { clusterConfiguration: own } = before.spec.kubeadmConfigSpec;
      const roll = async (nodes: typeof next, stage: ControlPlaneStage): Promise<Owner> => {
        const { metadata } = await controlPlane();
        expect(await port.rollout(ask.group, never, undefined, stage)).toMatchObject({ stage: 'other' });
        await port.setRollout(ask.group, nodes, never, undefined, stage);
        const asked = await controlPlane();
        expect(asked.metadata.generation).toBe(metadata.generation + 1);
        expect(await port.rollout(ask.group, never, undefined, stage)).toMatchObject({
          stage: 'asked',
          desired: nodes,
        });
        await port.setRollout(ask.group, nodes, never, undefined, stage);
        expect((await controlPlane()).metadata.generation).toBe(asked.metadata.generation);
        return asked;
      };
      for (let time = 0; time < 2; time += 1) {
        const forward = await roll(next, emulating);
        expect(forward.spec.version).toBe('v1.37.2');
        const flag = { 'emulated-version': '1.36' };
        expect(forward.spec.kubeadmConfigSpec.clusterConfiguration).toMatchObject({
          apiServer: { extraArgs: written({ profiling: 'false', ...flag }) },
          controllerManager: { extraArgs: written(flag) },
          scheduler: { extraArgs: written(flag) },
          etcd: { local: { imageTag: '3.6.8-0' } },
        });
        if (time > 0) break;
        const back = await roll(old, plain);
        expect(back.spec).toEqual(before.spec);
        expect(back.metadata.annotations?.['sealift.dev/reversible']).toBeUndefined();
      }
      const finalised = await roll(next, native);
      expect(finalised.spec.kubeadmConfigSpec.clusterConfiguration).toEqual({
        ...own,
        etcd: { local: { imageTag: '3.6.8-0' } },
      });
      const status = await port.rollout(ask.group, never, undefined, native);
      expect(status).toMatchObject({ updated: 0, total: 3 });
      await expect(port.setRollout(ask.group, old, never, undefined, plain)).rejects.toMatchObject({
        code: 'KUBERNETES_DOWNGRADE',
      });
      const last = await roll(next, plain);
      expect(last.spec.kubeadmConfigSpec.clusterConfiguration).toEqual(own);
    });

    it('keeps a pin of etcd that the site has set itself, to the end', async () => {
      const pinned = { etcd: { local: { imageTag: '3.6.8-0', imageRepository: 'registry.example:5000' } } };
      const { port, controlPlane } = await settled('pinned', pinned);
      await port.setRollout(ask.group, next, never, undefined, emulating);
      await port.setRollout(ask.group, next, never, undefined, native);
      const { generation } = (await controlPlane()).metadata;
      expect(await port.rollout(ask.group, never, undefined, plain)).toMatchObject({ stage: 'asked' });
      await port.setRollout(ask.group, next, never, undefined, plain);
      const { metadata, spec } = await controlPlane();
      expect(metadata.generation).toBe(generation);
      expect(spec.kubeadmConfigSpec.clusterConfiguration).toMatchObject(pinned);
    });

    it('goes back from midway to the template of before, so that what was not replaced yet stays', async () => {
      const { port, controlPlane } = await settled('midway');
      const before = await controlPlane();
      await port.setRollout(ask.group, next, never, undefined, emulating);
      const forward = await controlPlane();
      expect(forward.spec.machineTemplate).not.toEqual(before.spec.machineTemplate);
      await port.setRollout(ask.group, old, never, undefined, plain);
      expect((await controlPlane()).spec).toEqual(before.spec);
      const status = await port.rollout(ask.group, never, undefined, plain);
      // All three are as they were.
      expect(status).toMatchObject({ updated: 3, total: 3 });
    });

    it('does not go back where etcd is not pinned any more, nor where nothing is said of a stage', async () => {
      const { port, sample } = await settled('unpinned');
      await port.setRollout(ask.group, next, never, undefined, emulating);
      await sample.merge('KubeadmControlPlane', 'c1-cp', {
        spec: { kubeadmConfigSpec: { clusterConfiguration: { etcd: null } } },
      });
      const refused = port.setRollout(ask.group, old, never, undefined, plain);
      await expect(refused).rejects.toMatchObject({ code: 'KUBERNETES_DOWNGRADE' });
      await expect(port.setRollout(ask.group, old, never)).rejects.toMatchObject({ code: 'KUBERNETES_DOWNGRADE' });
    });

    it('names what is in the way before anything is touched', async () => {
      const clean = await settled('clean');
      expect(await clean.port.obstaclesToEmulation(never)).toEqual([]);
      const { port, sample } = await settled('obstacles', {
        apiServer: {
          extraArgs: written({
            'feature-gates': 'AllAlpha=true,PodCertificateRequest=true,Other=false',
            'runtime-config': 'certificates.k8s.io/v1beta1=true',
            'emulated-version': '1.35',
          }),
        },
        etcd: { local: { imageTag: '3.7.0-0' } },
      });
      const found = await port.obstaclesToEmulation(never);
      expect(found.map(({ what, maybe }) => `${maybe ? 'maybe' : 'sure'} ${what}`)).toEqual([
        expect.stringMatching(/^sure .*told to emulate mixed already/),
        expect.stringMatching(/^sure .*etcd is pinned to 3.7.0-0 and runs 3.6.8-0/),
        expect.stringMatching(/^sure .*--feature-gates=AllAlpha=true, /),
        expect.stringMatching(/^maybe .*--feature-gates=PodCertificateRequest=true, /),
        expect.stringMatching(/^maybe .*--runtime-config=certificates.k8s.io\/v1beta1=true, /),
      ]);
      const external = { endpoints: ['https://e:2379'], caFile: 'a', certFile: 'b', keyFile: 'c' };
      await sample.merge('KubeadmControlPlane', 'c1-cp', {
        spec: { kubeadmConfigSpec: { clusterConfiguration: { etcd: { local: null, external } } } },
      });
      expect(await port.obstaclesToEmulation(never)).toMatchObject([
        { what: expect.stringContaining('outside'), maybe: false },
      ]);
      await expect(port.setRollout(ask.group, next, never, undefined, emulating)).rejects.toMatchObject({
        code: 'EMULATION_REFUSED',
      });
    });
  },
);
