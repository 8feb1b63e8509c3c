import type { KubeObject } from '@sealift/testkit/site/kube-api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bench, missingPeer, newTemplate, oldTemplate, startBench } from './testing/bench.ts';
import { makeSettled, oldPath } from './testing/settled.ts';
import { folder } from './testing/templates.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000 });

const never = new AbortController().signal;
const next = { version: '1.37.2', template: newTemplate };
const old = { version: '1.36.3', template: oldTemplate };
const hook = 'pre-drain.delete.hook.machine.cluster.x-k8s.io/sealift';

interface Owner extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation: number };
  readonly spec: {
    readonly version: string;
    readonly machineTemplate: {
      readonly infrastructureRef?: { readonly name: string };
      readonly spec?: { readonly infrastructureRef: { readonly name: string } };
    };
  };
}
interface Template extends KubeObject {
  readonly spec: { readonly template: { readonly spec: Readonly<Record<string, unknown>> } };
}

describe.skipIf(missingPeer !== undefined).each(['v1beta1', 'v1beta2'] as const)(
  `a rollout through Cluster API %s${missingPeer ? ` (${missingPeer.remedy})` : ''}`,
  (version) => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await startBench(version);
    }, 180_000);
    afterAll(() => bench?.close());

    const settled = async (namespace: string) => {
      const made = await bench.sample(namespace);
      await makeSettled(made.sample);
      const hooked = async (): Promise<string[]> =>
        (await made.sample.list('Machine'))
          .filter(({ metadata }) => Object.hasOwn(metadata.annotations ?? {}, hook))
          .map(({ metadata }) => metadata.name);
      const templates = (): Promise<readonly Template[]> => made.sample.list<Template>('VSphereMachineTemplate');
      return { ...made, hooked, templates };
    };

    it('is settled where nothing was asked, and tells its nodes', async () => {
      const { port } = await settled('settled');
      const status = { desired: old, wait: null };
      expect(await port.rollout('control-plane', never)).toEqual({ ...status, updated: 3, total: 3 });
      expect(await port.rollout('workers', never)).toEqual({ ...status, updated: 2, total: 2 });
      const nodes = await port.nodes(never);
      expect(nodes).toHaveLength(5);
      expect(nodes[0]).toEqual({
        name: 'node-cp-1',
        role: 'control-plane',
        version: '1.36.3',
        template: oldTemplate,
        ready: true,
        message: 'ready',
      });
      expect(nodes[3]).toMatchObject({ name: 'node-md-1', role: 'worker' });
    });

    it('asks with one patch for a copy of the template, and asking again changes nothing', async () => {
      const { port, sample, hooked, templates } = await settled('asked');
      const before = await sample.get<Owner>('KubeadmControlPlane', 'c1-cp');
      await port.setRollout('control-plane', next, never);
      const asked = await sample.get<Owner>('KubeadmControlPlane', 'c1-cp');
      // One change of the spec is one generation.
      expect(asked?.metadata.generation).toBe((before?.metadata.generation ?? 0) + 1);
      expect(asked?.spec.version).toBe('v1.37.2');
      const ref = asked?.spec.machineTemplate.spec?.infrastructureRef ?? asked?.spec.machineTemplate.infrastructureRef;
      const made = (await templates()).find(({ metadata }) => metadata.name === ref?.name);
      expect(made?.spec.template.spec).toEqual({
        template: `${folder}/${newTemplate}`,
        diskGiB: 40,
        numCPUs: 4,
        cloneMode: 'fullClone',
      });
      const source = (await templates()).find(({ metadata }) => metadata.name === 'cp-old');
      expect(source?.spec.template.spec).toMatchObject({
        template: oldPath,
        snapshot: 'base',
        cloneMode: 'linkedClone',
      });
      expect(await hooked()).toEqual(['cp-1', 'cp-2', 'cp-3']);
      expect((await port.rollout('control-plane', never)).desired).toEqual(next);
      expect((await port.rollout('workers', never)).desired).toEqual(old);

      await port.setRollout('control-plane', next, never);
      const again = await sample.get<Owner>('KubeadmControlPlane', 'c1-cp');
      expect(again?.metadata).toMatchObject({ generation: asked?.metadata.generation });
      expect(await templates()).toHaveLength(3);
    });

    it.each(['before', 'after'] as const)(
      'ends in the same state when it is cut %s any of its effects',
      async (when) => {
        const kinds = ['KubeadmControlPlane', 'VSphereMachineTemplate', 'Machine', 'MachineHealthCheck'];
        const outcome = async (namespace: string, cutAt: number) => {
          const { port, sample, cuts } = await settled(namespace);
          await sample.create('MachineHealthCheck', 'checks', {
            clusterName: 'c1',
            selector: { matchLabels: { a: 'b' } },
          });
          const effects = cuts.cut(when, cutAt);
          const ended = await port.setRollout('control-plane', next, never).then(() => 'done', String);
          effects.stop();
          await port.setRollout('control-plane', next, never);
          const objects = await Promise.all(kinds.map((kind) => sample.list<Owner>(kind)));
          const stored = objects.flat().map(({ metadata, kind, spec }) => {
            const { name, annotations, generation } = metadata;
            return { kind, name, annotations, generation, spec };
          });
          const text = JSON.stringify(stored).replaceAll(namespace, 'n');
          return { ended, text, effects: effects.count() };
        };
        const undisturbed = await outcome(`cut-${when}-none`, Number.POSITIVE_INFINITY);
        expect(undisturbed).toMatchObject({ ended: 'done', effects: 6 });
        for (let at = 1; at <= undisturbed.effects; at += 1) {
          const disturbed = await outcome(`cut-${when}-${at}`, at);
          expect(disturbed.ended).toContain('cut');
          expect(disturbed.text).toBe(undisturbed.text);
        }
      },
    );

    it('holds an old machine until its successor runs what was asked, then lets it go', async () => {
      const { port, sample, hooked } = await settled('gated');
      await port.setRollout('control-plane', next, never);
      const unseen = await port.rollout('control-plane', never);
      expect(unseen).toMatchObject({ updated: 0, total: 3, wait: { level: 'moving' } });
      expect(unseen.wait?.what).toContain('has not taken it up yet');
      expect(unseen.wait?.since).not.toBeNull();
      await sample.status('KubeadmControlPlane', 'c1-cp', {});
      const made = await sample.get<Owner>('KubeadmControlPlane', 'c1-cp');
      const template =
        made?.spec.machineTemplate.spec?.infrastructureRef ?? made?.spec.machineTemplate.infrastructureRef;
      await sample.machine({
        name: 'cp-4',
        owner: { kind: 'KubeadmControlPlane', name: 'c1-cp' },
        version: 'v1.37.2',
        from: { name: template?.name ?? '', template: `${folder}/${newTemplate}` },
        conditions: [
          { type: 'BootstrapConfigReady', status: 'True' },
          { type: 'InfrastructureReady', status: 'False', reason: 'NotReady' },
        ],
        infrastructure: [{ type: 'Ready', status: 'False', reason: 'Cloning' }],
      });
      await sample.deleted('cp-1');
      await sample.status('Machine', 'cp-1', {
        conditions: [{ type: 'Deleting', status: 'True', reason: 'WaitingForPreDrainHook' }],
      });
      const early = await port.rollout('control-plane', never);
      expect(early.due).toBeUndefined();
      await port.setRollout('control-plane', next, never);
      expect(await hooked()).toEqual(['cp-1', 'cp-2', 'cp-3']);

      await sample.status('Machine', 'cp-4', {
        ...joined('v1.37.2', version),
        conditions: ready,
      });
      const open = await port.rollout('control-plane', never);
      expect(open).toMatchObject({ updated: 1, due: expect.stringContaining('cp-1') });
      await port.setRollout('control-plane', next, never);
      expect(await hooked()).toEqual(['cp-2', 'cp-3']);
      expect((await port.rollout('control-plane', never)).due).toBeUndefined();
    });

    it('stops at a node that came back with another version, and its predecessor stays', async () => {
      const { port, sample, hooked } = await settled('other');
      await port.setRollout('control-plane', next, never);
      await sample.status('KubeadmControlPlane', 'c1-cp', {});
      const made = await sample.get<Owner>('KubeadmControlPlane', 'c1-cp');
      const template =
        made?.spec.machineTemplate.spec?.infrastructureRef ?? made?.spec.machineTemplate.infrastructureRef;
      await sample.machine({
        name: 'cp-4',
        owner: { kind: 'KubeadmControlPlane', name: 'c1-cp' },
        version: 'v1.37.2',
        from: { name: template?.name ?? '', template: `${folder}/${newTemplate}` },
        kubelet: 'v1.36.3',
      });
      await sample.deleted('cp-1');
      const status = await port.rollout('control-plane', never);
      expect(status).toMatchObject({
        updated: 0,
        wait: { level: 'failed', object: { kind: 'Machine', name: 'cp-4' } },
      });
      expect(status.wait?.what).toContain('v1.36.3');
      expect(status.due).toBeUndefined();
      await port.setRollout('control-plane', next, never);
      await port.endRollout('control-plane', never);
      expect(await hooked()).toEqual(['cp-1', 'cp-2', 'cp-3']);
      expect(status.held).toEqual({ letGo: 0, kept: ['cp-1', 'cp-2', 'cp-3'] });
    });

    it('holds health checks and the autoscaler meanwhile, and puts back what was there', async () => {
      const { port, sample } = await settled('window');
      const bounds = {
        'cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size': '1',
        'cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size': '9',
      };
      await sample.merge('MachineDeployment', 'md', { metadata: { annotations: bounds } });
      await sample.create('MachineHealthCheck', 'checks', { clusterName: 'c1', selector: { matchLabels: { a: 'b' } } });
      await sample.create(
        'MachineHealthCheck',
        'off',
        { clusterName: 'c1', selector: { matchLabels: { a: 'b' } } },
        {
          annotations: { 'cluster.x-k8s.io/paused': 'by a person' },
        },
      );
      await sample.create('MachineHealthCheck', 'foreign', {
        clusterName: 'c2',
        selector: { matchLabels: { a: 'b' } },
      });
      const annotations = async (kind: string, name: string) =>
        (await sample.get(kind, name))?.metadata.annotations ?? {};
      await port.setRollout('control-plane', next, never);
      expect(await annotations('MachineHealthCheck', 'checks')).toMatchObject({ 'cluster.x-k8s.io/paused': 'true' });
      expect(await annotations('MachineHealthCheck', 'foreign')).toEqual({});
      const pinned = await annotations('MachineDeployment', 'md');
      for (const name of Object.keys(bounds)) expect(pinned[name]).toBe('2');
      // Asked again in the middle, as after a crash: what was there is not forgotten for what was set.
      await port.setRollout('control-plane', next, never);
      expect((await port.rollout('control-plane', never)).held?.letGo).toBe(6);
      await port.endRollout('control-plane', never);
      expect(await annotations('MachineHealthCheck', 'checks')).toEqual({});
      expect(await annotations('MachineHealthCheck', 'off')).toEqual({ 'cluster.x-k8s.io/paused': 'by a person' });
      expect(await annotations('MachineDeployment', 'md')).toEqual(bounds);
      expect((await port.rollout('control-plane', never)).held).toBeUndefined();
    });

    it.each([
      ['an older version', 'control-plane', { ...next, version: '1.35.9' }, 'KUBERNETES_DOWNGRADE'],
      ['a minor skipped', 'control-plane', { ...next, version: '1.38.0' }, 'KUBERNETES_MINOR_SKIPPED'],
      ['another major', 'control-plane', { ...next, version: '2.36.3' }, 'KUBERNETES_MINOR_SKIPPED'],
      ['workers before their control plane', 'workers', next, 'WORKERS_BEFORE_CONTROL_PLANE'],
      ['a template that is not there', 'control-plane', { ...next, template: 'r_none' }, 'NODE_TEMPLATE_MISSING'],
      ['a template of another version', 'control-plane', { ...next, version: '1.37.1' }, 'NODE_TEMPLATE_OTHER'],
    ] as const)('refuses %s before it asks for anything', async (_, group, wanted, code) => {
      const { port, sample, hooked, templates } = await settled(
        `refused-${code.toLowerCase().replaceAll('_', '-')}-${wanted.version.replaceAll('.', '-')}`,
      );
      await expect(port.setRollout(group, wanted, never)).rejects.toMatchObject({ code });
      expect(await templates()).toHaveLength(2);
      expect(await hooked()).toEqual([]);
      expect((await sample.get<Owner>('KubeadmControlPlane', 'c1-cp'))?.spec.version).toBe('v1.36.3');
    });

    const ready = [
      { type: 'BootstrapConfigReady', status: 'True' },
      { type: 'InfrastructureReady', status: 'True' },
      { type: 'NodeReady', status: 'True' },
      { type: 'EtcdMemberHealthy', status: 'True' },
    ] as const;
  },
);

/** The part of a Machine's status that comes with its node. */
function joined(kubeletVersion: string, version: string): Readonly<Record<string, unknown>> {
  const fields = ['architecture', 'bootID', 'containerRuntimeVersion', 'kernelVersion', 'kubeProxyVersion'];
  const more = ['machineID', 'operatingSystem', 'osImage', 'systemUUID'];
  return {
    nodeRef: version === 'v1beta2' ? { name: 'node-cp-4' } : { apiVersion: 'v1', kind: 'Node', name: 'node-cp-4' },
    nodeInfo: { ...Object.fromEntries([...fields, ...more].map((name) => [name, ''])), kubeletVersion },
  };
}
