import type { KubeObject } from '@sealift/testkit/site/kube-api';
import type { LayerValues } from '@sealift/upgrade/ports/cluster';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bench, missingPeer, newTemplate, oldTemplate, startBench } from './testing/bench.ts';
import { makeSettled } from './testing/settled.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000 });

const never = new AbortController().signal;
const next = { version: '1.37.2', template: newTemplate };
const old = { version: '1.36.3', template: oldTemplate };

interface Config {
  readonly format?: string;
  readonly clusterConfiguration?: {
    readonly apiServer?: { readonly extraArgs?: unknown };
    readonly controllerManager?: unknown;
  };
  readonly joinConfiguration?: { readonly nodeRegistration: { readonly kubeletExtraArgs: unknown } };
  readonly files?: readonly object[];
  readonly preKubeadmCommands?: readonly string[];
}
interface Owner extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation: number };
  readonly spec: {
    readonly version: string;
    readonly machineTemplate: object;
    readonly kubeadmConfigSpec: Config;
    readonly template: { readonly spec: { readonly bootstrap: { readonly configRef: { readonly name: string } } } };
  };
}
interface Template extends KubeObject {
  readonly spec: { readonly template: { readonly spec: Config } };
}

/** As the merge leaves them. */
const values = `kubeadmconfig:
  apiServer:
    extraArgs: { profiling: "false" }
  controllerManager:
    extraArgs: { feature-gates: Old=true }
  kubeletExtraArgs: { event-qps: "0" }
  files:
    - { path: made/motd, targetPath: /etc/motd, content: hello }
  preKubeadmCommands: [sysctl --system]
`;
const layer = (text: string): readonly LayerValues[] => [{ layer: 'k8s', pack: 'kubernetes', values: text }];
const setup = layer(values);
const later = layer(values.replace('{ feature-gates: Old=true }', '{}').replace('"0"', '"1"'));

describe.skipIf(missingPeer !== undefined).each(['v1beta1', 'v1beta2'] as const)(
  `what kubeadm is told through Cluster API %s${missingPeer ? ` (${missingPeer.remedy})` : ''}`,
  (version) => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await startBench(version);
    }, 180_000);
    afterAll(() => bench?.close());

    const written = (args: Readonly<Record<string, string>>): unknown =>
      version === 'v1beta1' ? args : Object.entries(args).map(([name, value]) => ({ name, value }));

    /** The settled sample whose site has set up its machines with something of its own. */
    const settled = async (namespace: string) => {
      const made = await bench.sample(namespace);
      const { sample } = made;
      await makeSettled(sample);
      const own = {
        joinConfiguration: { nodeRegistration: { kubeletExtraArgs: written({ v: '2' }) } },
        preKubeadmCommands: ['swapoff -a'],
      };
      await sample.merge('KubeadmControlPlane', 'c1-cp', { spec: { kubeadmConfigSpec: own } });
      await sample.status('KubeadmControlPlane', 'c1-cp', {});
      await sample.create('KubeadmConfigTemplate', 'md', { template: { spec: own } });
      const configRef = sample.reference('KubeadmConfigTemplate', 'md');
      await sample.merge('MachineDeployment', 'md', {
        spec: { template: { spec: { bootstrap: { configRef, dataSecretName: null } } } },
      });
      await sample.status('MachineDeployment', 'md', {});
      const owner = async (kind: string, name: string): Promise<Owner> => {
        const found = await sample.get<Owner>(kind, name);
        if (found === undefined) throw new Error(`no ${kind}`);
        return found;
      };
      return {
        ...made,
        controlPlane: () => owner('KubeadmControlPlane', 'c1-cp'),
        deployment: () => owner('MachineDeployment', 'md'),
        templates: () => sample.list<Template>('KubeadmConfigTemplate'),
      };
    };

    it('comes with version and template in one patch, beside what the site set by hand, and asking again changes nothing', async () => {
      const { port, controlPlane } = await settled('together');
      const before = await controlPlane();
      expect(await port.rollout('control-plane', never, setup)).toMatchObject({ setup: 'other', desired: old });
      await port.setRollout('control-plane', next, never, setup);
      const asked = await controlPlane();
      expect(asked.metadata.generation).toBe(before.metadata.generation + 1);
      expect(asked.spec.version).toBe('v1.37.2');
      expect(asked.spec.kubeadmConfigSpec).toMatchObject({
        format: 'cloud-config',
        clusterConfiguration: {
          apiServer: { extraArgs: written({ profiling: 'false' }) },
          controllerManager: { extraArgs: written({ 'feature-gates': 'Old=true' }) },
        },
        joinConfiguration: { nodeRegistration: { kubeletExtraArgs: written({ v: '2', 'event-qps': '0' }) } },
        files: [{ path: '/etc/motd', content: 'hello' }],
        preKubeadmCommands: ['swapoff -a', 'sysctl --system'],
      });
      const record = asked.metadata.annotations?.['sealift.dev/kubeadm'] ?? '';
      expect((JSON.parse(record) as { own: unknown[] }).own).toHaveLength(5);
      expect(record).not.toMatch(/hello|sysctl|profiling/);
      expect(await port.rollout('control-plane', never, setup)).toMatchObject({ setup: 'asked', desired: next });
      await port.setRollout('control-plane', next, never, setup);
      expect((await controlPlane()).metadata.generation).toBe(asked.metadata.generation);
    });

    it('alone replaces every machine too, and none that was there counts as new', async () => {
      const { port, controlPlane } = await settled('alone');
      const before = await controlPlane();
      // A rollout on the way to a later minor asks nothing of it.
      await port.setRollout('control-plane', old, never);
      expect((await controlPlane()).metadata.generation).toBe(before.metadata.generation);
      await port.setRollout('control-plane', old, never, setup);
      const asked = await controlPlane();
      expect(asked.metadata.generation).toBe(before.metadata.generation + 1);
      expect(asked.spec.machineTemplate).toEqual(before.spec.machineTemplate);
      const status = await port.rollout('control-plane', never, setup);
      expect(status).toMatchObject({ desired: old, setup: 'asked', updated: 0, total: 3 });
      expect(status.wait).not.toBeNull();
    });

    it('goes again where it was written so and is not asked for any more, and only then', async () => {
      const { port, controlPlane } = await settled('gone');
      await port.setRollout('control-plane', next, never, setup);
      await port.setRollout('control-plane', next, never, later);
      const { kubeadmConfigSpec: config } = (await controlPlane()).spec;
      expect(config.clusterConfiguration?.controllerManager).toBeUndefined();
      expect(config.joinConfiguration?.nodeRegistration.kubeletExtraArgs).toEqual(
        written({ v: '2', 'event-qps': '1' }),
      );
      await port.setRollout('control-plane', next, never, []);
      const { kubeadmConfigSpec: left } = (await controlPlane()).spec;
      expect(left).toMatchObject({ format: 'cloud-config', preKubeadmCommands: ['swapoff -a'] });
      expect([left.clusterConfiguration, left.files]).toEqual([undefined, undefined]);
      expect(left.joinConfiguration?.nodeRegistration.kubeletExtraArgs).toEqual(written({ v: '2' }));
    });

    it('that somebody changes afterwards is not fought over: it is said, and waits', async () => {
      const { port, sample, controlPlane } = await settled('changed');
      await port.setRollout('control-plane', next, never, setup);
      await sample.merge('KubeadmControlPlane', 'c1-cp', {
        spec: { kubeadmConfigSpec: { preKubeadmCommands: ['swapoff -a'] } },
      });
      const { metadata } = await controlPlane();
      const status = await port.rollout('control-plane', never, setup);
      expect(status).toMatchObject({ setup: 'changed since', wait: { level: 'blocked' } });
      expect(status.wait?.what).toContain('were changed after they were asked for');
      expect(status.wait?.remedy).toContain('annotate kubeadmcontrolplane c1-cp sealift.dev/kubeadm-');
      await port.setRollout('control-plane', next, never, setup);
      expect((await controlPlane()).metadata.generation).toBe(metadata.generation);
      await sample.merge('KubeadmControlPlane', 'c1-cp', {
        metadata: { annotations: { 'sealift.dev/kubeadm': null } },
      });
      await port.setRollout('control-plane', next, never, setup);
      expect((await controlPlane()).spec.kubeadmConfigSpec.preKubeadmCommands).toEqual([
        'swapoff -a',
        'sysctl --system',
      ]);
    });

    it('comes to workers by another template, in one patch, without what is about the control plane alone', async () => {
      const { port, sample, deployment, templates } = await settled('workers');
      const before = await deployment();
      expect(await port.rollout('workers', never, setup)).toMatchObject({ setup: 'other', desired: old });
      await port.setRollout('workers', old, never, setup);
      const asked = await deployment();
      expect(asked.metadata.generation).toBe(before.metadata.generation + 1);
      const { name } = asked.spec.template.spec.bootstrap.configRef;
      expect(name).toMatch(/^md-[0-9a-f]{10}$/);
      const all = await templates();
      const config = all.find(({ metadata }) => metadata.name === name)?.spec.template.spec;
      expect(config?.clusterConfiguration).toBeUndefined();
      expect(config).toMatchObject({
        joinConfiguration: { nodeRegistration: { kubeletExtraArgs: written({ v: '2', 'event-qps': '0' }) } },
        files: [{ path: '/etc/motd', content: 'hello' }],
      });
      const first = all.find(({ metadata }) => metadata.name === 'md')?.spec.template.spec;
      expect(first?.files).toBeUndefined();
      const status = await port.rollout('workers', never, setup);
      expect(status).toMatchObject({ setup: 'asked', updated: 0 });
      await port.setRollout('workers', old, never, setup);
      expect(await templates()).toHaveLength(2);
      expect((await deployment()).metadata.generation).toBe(asked.metadata.generation);
      // What is about the control plane alone asks nothing of workers.
      const more = layer(values.replace('profiling: "false"', 'profiling: "true"'));
      expect(await port.rollout('workers', never, more)).toMatchObject({ setup: 'asked' });
      await sample.merge('MachineDeployment', 'md', {
        spec: { template: { spec: { bootstrap: { configRef: null, dataSecretName: 'data' } } } },
      });
      expect(await port.rollout('workers', never, setup)).toMatchObject({ setup: 'not written' });
    });

    it.each(['before', 'after'] as const)('ends the same when asking is cut %s any of its effects', async (when) => {
      const outcome = async (namespace: string, cutAt: number) => {
        const { port, cuts, deployment, templates } = await settled(namespace);
        const effects = cuts.cut(when, cutAt);
        const ended = await port.setRollout('workers', old, never, setup).then(() => 'done', String);
        effects.stop();
        await port.setRollout('workers', old, never, setup);
        const { metadata, spec } = await deployment();
        const names = (await templates()).map((one) => one.metadata.name);
        const { annotations, generation } = metadata;
        const text = JSON.stringify({ annotations, generation, spec, names }).replaceAll(namespace, 'n');
        return { ended, text, effects: effects.count() };
      };
      const undisturbed = await outcome(`setup-${when}-none`, Number.POSITIVE_INFINITY);
      // A template, two machines that are held, and the owner.
      expect(undisturbed).toMatchObject({ ended: 'done', effects: 4 });
      for (let at = 1; at <= undisturbed.effects; at += 1) {
        const disturbed = await outcome(`setup-${when}-${at}`, at);
        expect(disturbed.ended).toContain('cut');
        expect(disturbed.text).toBe(undisturbed.text);
      }
    });
  },
);
