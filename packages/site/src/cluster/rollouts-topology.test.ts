import type { KubeObject } from '@sealift/testkit/site/kube-api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { topologyCheck } from './rollout/topology-check.ts';
import { type Bench, missingPeer, newTemplate, oldTemplate, startBench } from './testing/bench.ts';
import { makeSettled, oldPath } from './testing/settled.ts';
import { folder } from './testing/templates.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000 });

const never = new AbortController().signal;
const next = { version: '1.37.2', template: newTemplate };
const old = { version: '1.36.3', template: oldTemplate };
const newPath = `${folder}/${newTemplate}`;
const defer = 'topology.cluster.x-k8s.io/defer-upgrade';

interface Part {
  readonly name: string;
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly variables?: { readonly overrides?: readonly unknown[] };
}
interface Cluster extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation: number };
  readonly spec: {
    readonly topology: {
      readonly version: string;
      readonly controlPlane: Part;
      readonly workers: { readonly machineDeployments: readonly Part[] };
    };
  };
}
interface Owner extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation: number };
}

describe.skipIf(missingPeer !== undefined).each(['v1beta1', 'v1beta2'] as const)(
  `a rollout by a topology of Cluster API %s${missingPeer ? ` (${missingPeer.remedy})` : ''}`,
  (version) => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await startBench(version);
    }, 180_000);
    afterAll(() => bench?.close());

    /** The settled sample, with a second pool without machines, as a ClusterClass would manage it. */
    const managed = async (
      namespace: string,
      change: { readonly patches?: readonly object[]; readonly pool?: object } = {},
    ) => {
      const made = await bench.sample(namespace);
      const { sample } = made;
      await makeSettled(sample);
      // One that makes full clones.
      await sample.template('cp-full', oldPath, { diskGiB: 40, cloneMode: 'fullClone' });
      const ref = sample.reference('VSphereMachineTemplate', 'cp-full');
      const machineTemplate = version === 'v1beta2' ? { spec: { infrastructureRef: ref } } : { infrastructureRef: ref };
      await sample.merge('KubeadmControlPlane', 'c1-cp', { spec: { machineTemplate } });
      await sample.status('KubeadmControlPlane', 'c1-cp', {});
      for (const name of ['cp-1', 'cp-2', 'cp-3']) {
        const annotations = { 'cluster.x-k8s.io/cloned-from-name': 'cp-full' };
        await sample.merge('VSphereMachine', name, { metadata: { annotations } });
      }
      await sample.template('md-full', oldPath, { cloneMode: 'fullClone' });
      await sample.deployment('more', 0, 'v1.36.3', 'md-full');
      await sample.status('MachineDeployment', 'more', {});
      for (const name of ['md', 'more']) {
        await sample.merge('MachineDeployment', name, {
          metadata: { labels: { 'topology.cluster.x-k8s.io/deployment-name': name } },
        });
      }
      await sample.merge('MachineDeployment', 'md', {
        spec: { template: { spec: { infrastructureRef: sample.reference('VSphereMachineTemplate', 'md-full') } } },
      });
      await sample.status('MachineDeployment', 'md', {});
      for (const name of ['md-1', 'md-2']) {
        const annotations = { 'cluster.x-k8s.io/cloned-from-name': 'md-full' };
        await sample.merge('VSphereMachine', name, { metadata: { annotations } });
      }
      await sample.create('ClusterClass', 'edge', classSpec(version, sample, change.patches));
      await sample.merge('Cluster', 'c1', {
        spec: {
          topology: {
            ...(version === 'v1beta2' ? { classRef: { name: 'edge' } } : { class: 'edge' }),
            version: 'v1.36.3',
            controlPlane: { replicas: 3 },
            workers: {
              machineDeployments: ['md', 'more'].map((name) => ({ name, class: 'worker', ...change.pool })),
            },
            variables: [{ name: 'image', value: { path: oldPath, other: 1 } }],
          },
        },
      });
      const cluster = async (): Promise<Cluster> => {
        const found = await sample.get<Cluster>('Cluster', 'c1');
        if (found === undefined) throw new Error('no cluster');
        return found;
      };
      const pools = async () => (await cluster()).spec.topology.workers.machineDeployments;
      const side = { objects: async () => bench.objects, cluster: { namespace, name: 'c1' } };
      const check = (controlPlaneRollouts: number, newNodes = true) =>
        topologyCheck(side, { controlPlaneRollouts, newNodes });
      return { ...made, cluster, pools, check };
    };

    /** What the topology's controller and the control plane's do together, all at once. */
    const passOn = async ({ sample }: Awaited<ReturnType<typeof managed>>): Promise<void> => {
      await sample.template('cp-new', newPath, { cloneMode: 'fullClone' });
      const ref = sample.reference('VSphereMachineTemplate', 'cp-new');
      const machineTemplate = version === 'v1beta2' ? { spec: { infrastructureRef: ref } } : { infrastructureRef: ref };
      await sample.merge('KubeadmControlPlane', 'c1-cp', { spec: { version: 'v1.37.2', machineTemplate } });
      await sample.status('KubeadmControlPlane', 'c1-cp', {});
    };
    const replaced = async ({ sample }: Awaited<ReturnType<typeof managed>>): Promise<void> => {
      for (const name of ['cp-1', 'cp-2', 'cp-3']) {
        await bench.api.delete(sample.path('Machine', name));
        await sample.removed(name);
      }
      for (const name of ['cp-4', 'cp-5', 'cp-6']) {
        await sample.machine({
          name,
          owner: { kind: 'KubeadmControlPlane', name: 'c1-cp' },
          version: 'v1.37.2',
          from: { name: 'cp-new', template: newPath },
          kubelet: 'v1.37.2',
        });
      }
    };

    it('asks the control plane with one change of the Cluster, and keeps every pool back', async () => {
      const made = await managed('asked');
      const { port, sample, cluster, pools } = made;
      expect(await port.rollout('control-plane', never)).toMatchObject({ desired: old, wait: null, updated: 3 });
      expect((await port.rollout('workers', never)).desired).toEqual(old);
      const before = await cluster();
      const owner = await sample.get<Owner>('KubeadmControlPlane', 'c1-cp');
      await port.setRollout('control-plane', next, never);
      const asked = await cluster();
      expect(asked.metadata.generation).toBe(before.metadata.generation + 1);
      expect(asked.spec.topology).toMatchObject({
        version: 'v1.37.2',
        controlPlane: {
          replicas: 3,
          variables: { overrides: [{ name: 'image', value: { path: newPath, other: 1 } }] },
        },
      });
      for (const pool of await pools()) {
        expect(pool).toMatchObject({ metadata: { annotations: { [defer]: 'sealift' } } });
        expect(pool.variables?.overrides ?? []).toEqual([]);
      }
      // It is the topology's controller that changes it.
      expect((await sample.get<Owner>('KubeadmControlPlane', 'c1-cp'))?.metadata.generation).toBe(
        owner?.metadata.generation,
      );
      const waiting = await port.rollout('control-plane', never);
      expect(waiting).toMatchObject({ desired: next, wait: { object: { kind: 'Cluster', name: 'c1' } } });
      expect(waiting.wait?.what).toContain('has not come to KubeadmControlPlane c1-cp yet');
      expect((await port.rollout('workers', never)).desired).toEqual(old);
      await port.setRollout('control-plane', next, never);
      expect((await cluster()).metadata.generation).toBe(asked.metadata.generation);

      await passOn(made);
      const rolling = await port.rollout('control-plane', never);
      expect(rolling).toMatchObject({ desired: next, updated: 0, wait: { what: expect.stringContaining('cp-1') } });
    });

    it('writes nothing of what kubeadm is told, and says so', async () => {
      const { port, sample, check } = await managed('setup');
      const values = 'kubeadmconfig:\n  apiServer:\n    extraArgs: { profiling: "false" }\n';
      const setup = [{ layer: 'k8s', pack: 'kubernetes', values } as const];
      expect(await port.rollout('control-plane', never, setup)).toMatchObject({ setup: 'not written', wait: null });
      const before = await sample.get<Owner>('KubeadmControlPlane', 'c1-cp');
      await port.setRollout('control-plane', old, never, setup);
      expect((await sample.get<Owner>('KubeadmControlPlane', 'c1-cp'))?.metadata).toEqual(before?.metadata);
      expect(await check(1, false)).toMatchObject({ outcome: 'pass', detail: expect.stringContaining('same image') });
    });

    it('asks pool by pool once nothing moves any more, and not while one does', async () => {
      const made = await managed('pools');
      const { port, sample, pools } = made;
      await port.setRollout('control-plane', next, never);
      await passOn(made);
      await expect(port.setRollout('workers', next, never)).rejects.toMatchObject({
        code: 'WORKERS_BEFORE_CONTROL_PLANE',
      });
      await replaced(made);
      expect((await port.rollout('control-plane', never)).wait).toBeNull();
      await port.setRollout('workers', next, never);
      const [first, second] = await pools();
      expect(first?.metadata?.annotations?.[defer]).toBeUndefined();
      expect(first?.variables?.overrides).toEqual([{ name: 'image', value: { path: newPath, other: 1 } }]);
      expect(second?.metadata?.annotations?.[defer]).toBe('sealift');
      // What moves now is as wanted: the engine waits for it, and does not ask for the other.
      expect(await port.rollout('workers', never)).toMatchObject({ desired: next, wait: { level: 'moving' } });
      await port.setRollout('workers', next, never);
      expect((await pools())[1]).toEqual(second);
      // The first is done; the other, which has no machines, is what is left.
      await sample.template('md-new', newPath, { cloneMode: 'fullClone' });
      await sample.merge('MachineDeployment', 'md', {
        spec: {
          replicas: 0,
          template: {
            spec: { version: 'v1.37.2', infrastructureRef: sample.reference('VSphereMachineTemplate', 'md-new') },
          },
        },
      });
      await sample.status('MachineDeployment', 'md', {});
      for (const name of ['md-1', 'md-2']) {
        await bench.api.delete(sample.path('Machine', name));
        await sample.removed(name);
      }
      expect((await port.rollout('workers', never)).desired.version).toBe('1.37.2, 1.36.3');
      await port.setRollout('workers', next, never);
      expect((await pools())[1]?.metadata?.annotations?.[defer]).toBeUndefined();
      expect((await port.rollout('workers', never)).desired).toEqual(next);
    });

    it.each(['before', 'after'] as const)(
      'ends in the same state when it is cut %s any of its effects',
      async (when) => {
        const outcome = async (namespace: string, cutAt: number) => {
          const { port, sample, cuts } = await managed(namespace);
          const effects = cuts.cut(when, cutAt);
          const ended = await port.setRollout('control-plane', next, never).then(() => 'done', String);
          effects.stop();
          await port.setRollout('control-plane', next, never);
          const kinds = ['Cluster', 'KubeadmControlPlane', 'MachineDeployment', 'Machine', 'VSphereMachineTemplate'];
          const objects = await Promise.all(kinds.map((kind) => sample.list<Cluster>(kind)));
          const stored = objects.flat().map(({ metadata: { name, annotations, generation }, kind, spec }) => {
            return { kind, name, annotations, generation, spec };
          });
          return { ended, text: JSON.stringify(stored).replaceAll(namespace, 'n'), effects: effects.count() };
        };
        const undisturbed = await outcome(`cut-${when}-none`, Number.POSITIVE_INFINITY);
        // Three machines, the plan, and the Cluster.
        expect(undisturbed).toMatchObject({ ended: 'done', effects: 5 });
        for (let at = 1; at <= undisturbed.effects; at += 1) {
          const disturbed = await outcome(`cut-${when}-${at}`, at);
          expect(disturbed.ended).toContain('cut');
          expect(disturbed.text).toBe(undisturbed.text);
        }
      },
    );

    it('is checked before an upgrade: the class lets the template be chosen, and one minor is gone at a time', async () => {
      const { check } = await managed('checked');
      expect(await check(1)).toMatchObject({ outcome: 'pass', detail: expect.stringContaining('edge') });
      expect(await check(2)).toMatchObject({ outcome: 'block', detail: expect.stringContaining('2 minors') });
    });

    it('changes nothing while anything moves', async () => {
      const { port, sample, cluster } = await managed('busy');
      await sample.status('Machine', 'md-1', {
        conditions: [{ type: 'NodeReady', status: 'False', reason: 'NotReady' }],
      });
      const before = (await cluster()).metadata.generation;
      await expect(port.setRollout('control-plane', next, never)).rejects.toMatchObject({
        code: 'CLUSTER_TOPOLOGY_BUSY',
        message: expect.stringContaining('MachineDeployment md'),
      });
      expect((await cluster()).metadata.generation).toBe(before);
    });

    it.each([
      ['whose class names the template itself', { patches: [] }, 'name the template for nodes themselves'],
      [
        'with a pool that somebody keeps back',
        { pool: { metadata: { annotations: { [defer]: '' } } } },
        'is kept back',
      ],
    ])('refuses a topology %s, by name', async (_, change, reason) => {
      const { port, cluster, check } = await managed(`refused-${reason.length}`, change);
      expect(await check(1)).toMatchObject({ outcome: 'block', detail: expect.stringContaining(reason) });
      expect(await check(0)).toMatchObject({ outcome: 'pass' });
      const before = (await cluster()).metadata.generation;
      await expect(port.setRollout('control-plane', next, never)).rejects.toMatchObject({
        code: 'CLUSTER_CLASS_MANAGED',
        message: expect.stringContaining(reason),
      });
      expect((await cluster()).metadata.generation).toBe(before);
    });

    it('tells that the class is gone', async () => {
      const { port, sample } = await managed('no-class');
      await bench.api.delete(sample.path('ClusterClass', 'edge'));
      await expect(port.rollout('workers', never)).rejects.toMatchObject({ code: 'CLUSTER_CLASS_MISSING' });
    });
  },
);

function classSpec(
  version: 'v1beta1' | 'v1beta2',
  sample: { readonly reference: (kind: string, name: string) => Readonly<Record<string, string>> },
  patches: readonly object[] = [patch(version)],
): object {
  const ref = (kind: string): object => {
    const { apiGroup, ...rest } = sample.reference(kind, 'any');
    return version === 'v1beta2' ? { templateRef: { ...rest, apiVersion: `${apiGroup}/v1beta2` } } : { ref: rest };
  };
  const machines = ref('VSphereMachineTemplate');
  const bootstrap = ref('KubeadmConfigTemplate');
  const pool =
    version === 'v1beta2'
      ? { class: 'worker', bootstrap, infrastructure: machines }
      : { class: 'worker', template: { bootstrap, infrastructure: machines } };
  return {
    infrastructure: ref('VSphereClusterTemplate'),
    controlPlane: { ...ref('KubeadmControlPlaneTemplate'), machineInfrastructure: machines },
    workers: { machineDeployments: [pool] },
    ...(patches.length === 0 ? {} : { patches }),
  };
}

function patch(version: string): object {
  return {
    name: 'image',
    definitions: [
      {
        selector: {
          apiVersion: `infrastructure.cluster.x-k8s.io/${version}`,
          kind: 'VSphereMachineTemplate',
          matchResources: { controlPlane: true, machineDeploymentClass: { names: ['worker'] } },
        },
        jsonPatches: [{ op: 'replace', path: '/spec/template/spec/template', valueFrom: { variable: 'image.path' } }],
      },
    ],
  };
}
