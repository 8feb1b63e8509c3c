import type { KubeObject } from '@sealift/testkit/site/kube-api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bench, missingPeer, newTemplate, oldTemplate, startBench } from './testing/bench.ts';
import { clusterRollouts } from './rollouts.ts';
import { makeSettled, oldPath } from './testing/settled.ts';
import { folder } from './testing/templates.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000 });

const never = new AbortController().signal;
const next = { version: '1.37.2', template: newTemplate };
const old = { version: '1.36.3', template: oldTemplate };
const deletionHook = 'pre-terminate.delete.hook.machine.cluster.x-k8s.io/sealift';
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

/** Not asked by what only looks. */
const none = {
  templates: { find: () => Promise.reject(new Error('asked')) },
  disks: { look: () => Promise.reject(new Error('asked')) },
};

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
        machine: expect.stringContaining('cp') as string,
        phase: expect.any(String) as string,
        since: expect.any(String) as string,
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

    it('asks only of what it has seen, and when every machine is held', async () => {
      const { port, sample, cuts, hooked } = await settled('meanwhile');
      const effects = cuts.cut('before', Number.POSITIVE_INFINITY);
      // The patch is the last of five: a template, three machines, and the owner.
      cuts.meanwhile = async (effect) => {
        if (effect !== 5) return;
        expect(await hooked()).toEqual(['cp-1', 'cp-2', 'cp-3']);
        await sample.merge('KubeadmControlPlane', 'c1-cp', { spec: { replicas: 5 } });
      };
      await port.setRollout('control-plane', next, never);
      cuts.meanwhile = undefined;
      effects.stop();
      // Refused once for the change, then asked of what is there now.
      expect(effects.count()).toBe(7);
      const asked = await sample.get<Owner>('KubeadmControlPlane', 'c1-cp');
      expect(asked?.metadata.annotations?.['sealift.dev/rollout']).toContain('"replicas":5');
      expect(await port.rollout('control-plane', never)).toMatchObject({ desired: next, total: 5 });
    });

    it('gives up on an owner that changes all the time, for the engine to ask again', async () => {
      const { port, sample, cuts } = await settled('busy');
      const effects = cuts.cut('before', Number.POSITIVE_INFINITY);
      cuts.meanwhile = (effect) =>
        sample.merge('KubeadmControlPlane', 'c1-cp', { metadata: { labels: { at: String(effect) } } });
      const asking = port.setRollout('control-plane', next, never);
      await expect(asking).rejects.toMatchObject({ code: 'KUBERNETES_CONFLICT', next: 'retry' });
      cuts.meanwhile = undefined;
      effects.stop();
      expect((await sample.get<Owner>('KubeadmControlPlane', 'c1-cp'))?.spec.version).toBe('v1.36.3');
    });

    it('holds an old machine until its successor runs what was asked, then lets it go', async () => {
      const { port, sample, hooked, looks } = await settled('gated');
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
        ...joined('v1.37.2', version, 'cp-4'),
        conditions: ready,
      });
      const open = await port.rollout('control-plane', never);
      expect(open).toMatchObject({ updated: 1, due: expect.stringContaining('cp-1') });
      await port.setRollout('control-plane', next, never);
      expect(await hooked()).toEqual(['cp-2', 'cp-3']);
      expect((await port.rollout('control-plane', never)).due).toBeUndefined();

      await sample.merge('Machine', 'cp-1', { spec: { providerID: 'vsphere://4211' } });
      // Drained: the VM stays until vCenter has no volume on it.
      const held = async () => Object.keys((await sample.get('Machine', 'cp-1'))?.metadata.annotations ?? {});
      expect(await held()).toContain(deletionHook);
      const at = { waitForPreTerminateHookStartTime: new Date().toISOString() };
      await sample.status('Machine', 'cp-1', {
        conditions: [{ type: 'Deleting', status: 'True', reason: 'WaitingForPreTerminateHook' }],
        ...(version === 'v1beta2' ? { deletion: at } : {}),
      });
      looks.state = { state: 'attached', vm: '/DC0/vm/cp-1', disks: ['6000C29e'] };
      const blocked = await port.rollout('control-plane', never);
      expect(blocked).toMatchObject({ wait: { level: 'blocked', what: expect.stringContaining('6000C29e') } });
      expect(blocked.due).toBeUndefined();
      await port.setRollout('control-plane', next, never);
      const kept = { code: 'MACHINES_KEPT', message: expect.stringContaining('cp-1') };
      await expect(port.endRollout('control-plane', never)).rejects.toMatchObject(kept);
      expect(await held()).toContain(deletionHook);
      looks.state = { state: 'none' };
      expect((await port.rollout('control-plane', never)).due).toContain('the VM of cp-1');
      await port.setRollout('control-plane', next, never);
      expect(await held()).not.toContain(deletionHook);
    });

    it('has the provider look again at a machine whose template is there now, once', async () => {
      const { port, sample } = await settled('touched');
      await port.setRollout('control-plane', next, never);
      await sample.status('KubeadmControlPlane', 'c1-cp', {});
      const message = `unable to find template by name "${folder}/${newTemplate}": vm not found`;
      await sample.machine({
        name: 'cp-4',
        owner: { kind: 'KubeadmControlPlane', name: 'c1-cp' },
        version: 'v1.37.2',
        from: { name: 'any', template: `${folder}/${newTemplate}` },
        conditions: [{ type: 'BootstrapConfigReady', status: 'True' }],
        infrastructure: [{ type: 'VirtualMachineProvisioned', status: 'False', reason: 'NotProvisioned', message }],
      });
      const uid = (await sample.get('VSphereMachine', 'cp-4'))?.metadata.uid ?? '';
      const owner = {
        apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta1',
        kind: 'VSphereMachine',
        name: 'cp-4',
        uid,
      };
      await sample.create('VSphereVM', 'vm-of-cp-4', {}, { ownerReferences: [owner] });
      await sample.create('VSphereVM', 'other', {}, { ownerReferences: [{ ...owner, uid: 'another' }] });
      const touched = async (kind: string, name: string) =>
        (await sample.get(kind, name))?.metadata.annotations?.['sealift.dev/touched'];
      expect((await port.rollout('control-plane', never)).due).toContain('look at cp-4 again');
      await port.setRollout('control-plane', next, never);
      const at = await touched('VSphereMachine', 'cp-4');
      expect(Date.parse(at ?? '')).not.toBeNaN();
      expect(await touched('VSphereVM', 'vm-of-cp-4')).toBe(at);
      expect(await touched('VSphereVM', 'other')).toBeUndefined();
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
      await expect(port.endRollout('control-plane', never)).rejects.toMatchObject({ code: 'MACHINES_KEPT' });
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

    it('asks each MachineDeployment that is not asked yet, and tells no version that only some are asked for', async () => {
      const { port, sample } = await settled('two-pools');
      await sample.deployment('other', 0, 'v1.36.3', 'md-old');
      await sample.status('MachineDeployment', 'other', {});
      await sample.merge('KubeadmControlPlane', 'c1-cp', { spec: { version: 'v1.37.2' } });
      for (const name of ['cp-1', 'cp-2', 'cp-3']) {
        await sample.merge('Machine', name, { spec: { version: 'v1.37.2' } });
        await sample.status('Machine', name, joined('v1.37.2', version, name));
      }
      await port.setRollout('workers', next, never);
      const generationOf = async (name: string) =>
        (await sample.get<Owner>('MachineDeployment', name))?.metadata.generation;
      const asked = [await generationOf('md'), await generationOf('other')];
      // One of them is changed by somebody else.
      const template = { spec: { infrastructureRef: sample.reference('VSphereMachineTemplate', 'md-old') } };
      await sample.merge('MachineDeployment', 'other', { spec: { template } });
      const { desired } = await port.rollout('workers', never);
      expect(desired).toEqual({ version: '1.37.2', template: `${newTemplate}, ${oldTemplate}` });
      await port.setRollout('workers', next, never);
      expect((await port.rollout('workers', never)).desired).toEqual(next);
      expect([await generationOf('md'), await generationOf('other')]).toEqual([asked[0], (asked[1] ?? 0) + 2]);
    });

    it('wants of workers that are not there what the control plane is asked for', async () => {
      const { port, sample } = await settled('no-workers');
      await bench.api.delete(sample.path('MachineDeployment', 'md'));
      expect(await port.rollout('workers', never)).toEqual({ desired: old, updated: 0, total: 0, wait: null });
    });

    it('copies the template that machines were made from where the one in use is gone', async () => {
      const { port, sample, templates } = await settled('gone');
      const ref = sample.reference('VSphereMachineTemplate', 'gone');
      const machineTemplate = version === 'v1beta2' ? { spec: { infrastructureRef: ref } } : { infrastructureRef: ref };
      await sample.merge('KubeadmControlPlane', 'c1-cp', { spec: { machineTemplate } });
      const stuck = await port.rollout('control-plane', never);
      expect(stuck.wait).toMatchObject({ level: 'blocked', object: { kind: 'VSphereMachineTemplate', name: 'gone' } });
      await port.setRollout('control-plane', next, never);
      expect((await port.rollout('control-plane', never)).desired).toEqual(next);
      const made = (await templates()).find(({ metadata }) => metadata.name.startsWith('c1-cp-'));
      expect(made?.spec.template.spec).toMatchObject({ diskGiB: 40 });
    });

    it('refuses to use a template of its name that holds something else', async () => {
      const one = await settled('taken-first');
      await one.port.setRollout('control-plane', next, never);
      const made = (await one.templates()).find(({ metadata }) => metadata.name.startsWith('c1-cp-'));
      const two = await settled('taken-second');
      await two.sample.template(made?.metadata.name ?? '', '/DC0/vm/other');
      await expect(two.port.setRollout('control-plane', next, never)).rejects.toMatchObject({
        code: 'MACHINE_TEMPLATE_TAKEN',
      });
      expect((await two.sample.get<Owner>('KubeadmControlPlane', 'c1-cp'))?.spec.version).toBe('v1.36.3');
    });

    it('can be tried again while a webhook is down', async () => {
      const { port, sample } = await settled('webhook');
      const webhooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
      await bench.api.create(webhooks, {
        metadata: { name: 'down' },
        webhooks: [
          {
            name: 'down.sealift.test',
            clientConfig: { url: 'https://127.0.0.1:1/' },
            rules: [
              {
                apiGroups: ['controlplane.cluster.x-k8s.io'],
                apiVersions: ['*'],
                operations: ['UPDATE'],
                resources: ['*'],
              },
            ],
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'webhook' } },
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
          },
        ],
      });
      const answer = () =>
        port.setRollout('control-plane', next, never).then(
          () => null,
          (error: unknown) => error,
        );
      const label = { metadata: { labels: { at: 'test' } } };
      const down = () =>
        sample.merge('KubeadmControlPlane', 'c1-cp', label).then(
          () => false,
          () => true,
        );
      await expect.poll(down, { timeout: 30_000 }).toBe(true);
      expect(await answer()).toMatchObject({
        code: 'KUBERNETES_UNAVAILABLE',
        next: 'retry',
        message: expect.stringContaining('webhook'),
      });
      await bench.api.delete(`${webhooks}/down`);
      await expect.poll(answer, { timeout: 30_000 }).toBeNull();
    });

    it('looks at the one Cluster that is named, and asks for a name where there are several', async () => {
      const { port, sample } = await settled('several');
      expect(await port.nodes(never)).toHaveLength(5);
      await sample.create('Cluster', 'c2', { infrastructureRef: sample.reference('VSphereMachineTemplate', 'unused') });
      const clusters = { objects: async () => bench.objects, enterprise: async () => bench.objects };
      const unnamed = clusterRollouts({ ...clusters, ...none, cluster: undefined });
      await expect(unnamed.nodes(never)).rejects.toMatchObject({
        code: 'CLUSTER_NOT_CHOSEN',
        message: expect.stringContaining('there are '),
      });
      const wrong = { namespace: 'several', name: 'c3' };
      const other = clusterRollouts({ ...clusters, ...none, cluster: wrong });
      await expect(other.nodes(never)).rejects.toMatchObject({ code: 'CLUSTER_NOT_CHOSEN' });
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
function joined(kubeletVersion: string, version: string, machine: string): Readonly<Record<string, unknown>> {
  const fields = ['architecture', 'bootID', 'containerRuntimeVersion', 'kernelVersion', 'kubeProxyVersion'];
  const more = ['machineID', 'operatingSystem', 'osImage', 'systemUUID'];
  return {
    nodeRef:
      version === 'v1beta2' ? { name: `node-${machine}` } : { apiVersion: 'v1', kind: 'Node', name: `node-${machine}` },
    nodeInfo: { ...Object.fromEntries([...fields, ...more].map((name) => [name, ''])), kubeletVersion },
  };
}
