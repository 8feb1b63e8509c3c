import { readFile } from 'node:fs/promises';
import type { Check } from '@sealift/core/check';
import { KubernetesClient } from '@sealift/kubernetes/client';
import { Objects } from '@sealift/kubernetes/objects';
import { defineClusterApi } from '@sealift/testkit/cluster-api-definitions';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { SampleCluster } from '@sealift/testkit/sample-cluster';
import { KubeApi } from '@sealift/testkit/site/kube-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeSettled } from '../../cluster/testing/settled.ts';
import type { LayerMove } from '../layers/layer-move.ts';
import { kubeadmDifferences } from './differences.ts';
import { kubeadmCheck } from './kubeadm-check.ts';
import { packSettings } from '../../cluster/setup/pack-settings.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const peers = [peer('etcd'), peer('kube-apiserver'), peer('cluster-api-core')] as const;
const missing = peers.find((one) => one.missing);
const text = (match: string): string => expect.stringContaining(match) as string;

const installed = `kubeadmconfig:
  apiServer:
    extraArgs: { audit-log-maxage: "30", profiling: false }
    extraVolumes: [{ name: audit, hostPath: /var/log/audit, mountPath: /var/log/audit, pathType: DirectoryOrCreate }]
  controllerManager:
    extraArgs: { feature-gates: Old=true }
  kubeletExtraArgs: { event-qps: "0" }
  files:
    - { path: made/motd, targetPath: /etc/motd, targetPermissions: "0600", content: "a secret\\n" }
  preKubeadmCommands: [sysctl --system]
`;
const target = installed
  .replace('"30"', '"90"')
  .replace('{ feature-gates: Old=true }', '{}')
  .replace('event-qps: "0"', 'event-qps: "0", max-pods: 200');

function move(now: string | undefined, next: string | undefined, more: Partial<LayerMove> = {}): LayerMove {
  const layer = (values: string | undefined): LayerMove['now'] =>
    values === undefined
      ? undefined
      : { ...place, version: '1', digest: 'sha256:0', values, valuesHash: '', profile: new Map(), release: '' };
  const place = { layer: 'k8s', pack: 'kubernetes' } as const;
  return { ...place, now: layer(now), next: layer(next), doing: 'apply', ...more };
}

describe.skipIf(missing !== undefined).each(['v1beta1', 'v1beta2'] as const)(
  `settings of kubeadm in Cluster API's %s${missing ? ` (${missing.remedy})` : ''}`,
  (version) => {
    let cluster: Kubernetes;
    let api: KubeApi;
    let sample: SampleCluster;
    let objects: Objects;
    beforeAll(async () => {
      cluster = await startKubernetes(peers[0], peers[1]);
      api = await KubeApi.fromKubeconfig(cluster.kubeconfig);
      await defineClusterApi(api, peers[2], version);
      objects = new Objects(await KubernetesClient.connect({ kubeconfig: cluster.kubeconfig }));
      sample = new SampleCluster(api, version, 'default');
      await makeSettled(sample);
    });
    afterAll(async () => {
      objects?.client.close();
      api?.close();
      await cluster?.stop();
    });

    const side = { objects: () => Promise.resolve(objects), cluster: undefined };
    const look = (...moves: LayerMove[]): Promise<Check> => {
      return kubeadmCheck(side, { layers: () => Promise.resolve(moves), controlPlaneRollouts: 0, workerRollouts: 0 });
    };
    const written = (args: Readonly<Record<string, string>>): unknown =>
      version === 'v1beta1' ? args : Object.entries(args).map(([name, value]) => ({ name, value }));
    /** What both kinds of machines are given, as somebody who puts in the values would write it. */
    const everywhere = (kubelet: Readonly<Record<string, string>>) => ({
      joinConfiguration: { nodeRegistration: { kubeletExtraArgs: written(kubelet) } },
      files: [
        { path: '/etc/kubernetes/manifests/kube-vip.yaml', content: 'kind: Pod' },
        { path: '/etc/motd', permissions: '0600', owner: 'root:root', encoding: 'base64', content: 'YSBzZWNyZXQ=' },
      ],
      preKubeadmCommands: ['swapoff -a', 'sysctl --system'],
    });
    const controlPlane = (
      apiServer: Readonly<Record<string, string>>,
      manager: Readonly<Record<string, string>>,
      kubelet: Readonly<Record<string, string>>,
    ) => {
      const volume = { name: 'audit', hostPath: '/var/log/audit', mountPath: '/var/log/audit' };
      return sample.merge('KubeadmControlPlane', 'c1-cp', {
        spec: {
          kubeadmConfigSpec: {
            ...everywhere(kubelet),
            clusterConfiguration: {
              apiServer: {
                extraArgs: written(apiServer),
                extraVolumes: [{ ...volume, pathType: 'DirectoryOrCreate' }],
              },
              controllerManager: Object.keys(manager).length === 0 ? null : { extraArgs: written(manager) },
            },
          },
        },
      });
    };

    it('are named with the place where they are missing, what the upgrade changes first, and never with their value', async () => {
      const found = await look(move(installed, target));
      expect(found).toMatchObject({ outcome: 'warn', remedy: text('new KubeadmConfigTemplate') });
      expect(found.detail).toContain('7 settings are not as asked after it, or not compared, 2 of them changed');
      expect(found.items?.map(({ place, text: said }) => `${place} ${said}`)).toEqual([
        'k8s/kubernetes: kubeadmconfig.apiServer.extraArgs.audit-log-maxage changes with this upgrade, and is not in KubeadmControlPlane c1-cp',
        'k8s/kubernetes: kubeadmconfig.kubeletExtraArgs.max-pods changes with this upgrade, and is not in KubeadmControlPlane c1-cp; could not be compared with MachineDeployment md',
        ...[
          'apiServer.extraArgs.profiling',
          'apiServer.extraVolumes.audit',
          'kubeletExtraArgs.event-qps',
          'files./etc/motd',
          'preKubeadmCommands[0]',
        ].map(
          (place) =>
            `k8s/kubernetes: kubeadmconfig.${place} is asked for already, and is not in KubeadmControlPlane c1-cp`,
        ),
      ]);
      expect(JSON.stringify(found)).not.toMatch(/a secret|sysctl/);
    });

    it('are named where the upgrade writes them, and what it can not write is compared', async () => {
      const layers = () => Promise.resolve([move(installed, target)]);
      const found = await kubeadmCheck(side, { layers, controlPlaneRollouts: 1, workerRollouts: 1 });
      expect(found).toMatchObject({ outcome: 'warn', detail: text('7 settings are written with the new nodes; one') });
      expect(found.items?.map(({ text: said }) => said)).toEqual([
        'changes with this upgrade, and could not be compared with MachineDeployment md',
        ...Array.from({ length: 7 }, () => 'is written into KubeadmControlPlane c1-cp by this upgrade'),
      ]);
      expect(JSON.stringify(found)).not.toMatch(/a secret|sysctl/);
      // Nothing was changed by looking.
      expect(JSON.stringify(await sample.get('KubeadmControlPlane', 'c1-cp'))).not.toContain('audit-log-maxage');
    });

    it('block where the cluster would not take them, without their values', async () => {
      const values = installed.replace('profiling: false', `profiling: ${'secret'.repeat(3000)}`);
      const layers = () => Promise.resolve([move(installed, values.replace('/etc/motd', `/etc/${'m'.repeat(600)}`))]);
      const found = await kubeadmCheck(side, { layers, controlPlaneRollouts: 1, workerRollouts: 0 });
      expect(found).toMatchObject({ outcome: 'block', detail: text('KubeadmControlPlane c1-cp would not take') });
      expect(found.detail).not.toContain('secretsecret');
    });

    it('differ from the installed ones until the control plane and the workers have the new ones', async () => {
      await sample.create('KubeadmConfigTemplate', 'md', { template: { spec: everywhere({ 'event-qps': '0' }) } });
      const configRef = sample.reference('KubeadmConfigTemplate', 'md');
      await sample.merge('MachineDeployment', 'md', {
        spec: { template: { spec: { bootstrap: { configRef, dataSecretName: null } } } },
      });
      const old = { 'audit-log-maxage': '30', profiling: 'false' };
      await controlPlane(old, { 'feature-gates': 'Old=true' }, { 'event-qps': '0', v: '2' });
      expect(await look(move(installed, undefined, { doing: 'nothing' }))).toMatchObject({
        outcome: 'pass',
        detail: text('7 settings compared'),
      });
      expect((await look(move(installed, target))).items).toEqual([
        {
          place: text('controllerManager.extraArgs.feature-gates'),
          text: 'goes with this upgrade, and is still in KubeadmControlPlane c1-cp',
          remedy: text('keeps its component from starting'),
        },
        {
          place: text('audit-log-maxage'),
          text: 'changes with this upgrade, and has another value in KubeadmControlPlane c1-cp',
        },
        {
          place: text('max-pods'),
          text: 'changes with this upgrade, and is not in KubeadmControlPlane c1-cp, KubeadmConfigTemplate md of MachineDeployment md',
        },
      ]);

      await controlPlane({ ...old, 'audit-log-maxage': '90' }, {}, { 'event-qps': '0', 'max-pods': '200' });
      expect((await look(move(installed, target))).items).toEqual([
        {
          place: text('max-pods'),
          text: 'changes with this upgrade, and is not in KubeadmConfigTemplate md of MachineDeployment md',
        },
      ]);
      await sample.merge('KubeadmConfigTemplate', 'md', {
        spec: { template: { spec: everywhere({ 'event-qps': '0', 'max-pods': '200' }) } },
      });
      expect(await look(move(installed, target))).toMatchObject({ outcome: 'pass' });
    });

    it('come from the packs of os and k8s alone, and are not looked at while their merge is open', async () => {
      const nothing = { outcome: 'pass', detail: 'They ask for nothing' };
      expect(await look(move(undefined, target, { layer: 'addon' }))).toMatchObject(nothing);
      expect(await look(move(undefined, 'pack: {}\n'))).toMatchObject(nothing);
      expect(await look(move(installed, undefined))).toMatchObject({ outcome: 'warn', detail: text('open') });
      expect(await look(move('kubeadmconfig: {', target))).toMatchObject({ outcome: 'unknown' });
    });
  },
);

it.each([
  ['has a macro', '{ profiling: "{{ .spectro.var.p }}" }', 'a macro stands in it'],
  ['has another form', '[1]', 'it has a form that is not known here'],
])('names a change that %s, as it can not be compared', async (_, args, reason) => {
  const values = (given: string) => `kubeadmconfig:\n  scheduler:\n    extraArgs: ${given}\n  clusterName: one\n`;
  const settings = new Map();
  const machines = [{ owner: 'KubeadmControlPlane c1-cp', isControlPlane: true, settings }];
  const next = packSettings(values(args), 'k8s/kubernetes');
  const [first, ...more] = kubeadmDifferences(packSettings(values('{}'), 'k8s/kubernetes'), next, machines);
  expect([first?.text, more]).toEqual([`changes with this upgrade, and was not compared: ${reason}`, []]);
  expect(kubeadmDifferences(next, next, machines)).toEqual([]);
  expect(kubeadmDifferences(new Map(), next, machines).map(({ place }) => place)).toContain(
    'k8s/kubernetes: kubeadmconfig.clusterName',
  );
});

it('names a part that can not be read as a whole, and not what it held as gone', () => {
  const next = packSettings('kubeadmconfig:\n  files: none\n  preKubeadmCommands: { a: b }\n', 'k8s/kubernetes');
  const now = packSettings(installed, 'k8s/kubernetes');
  const settings = new Map([...now].filter(([key]) => /^(files|pre)/.test(key)));
  const found = kubeadmDifferences(now, next, [{ owner: 'KubeadmControlPlane c1-cp', isControlPlane: true, settings }]);
  expect(found.map(({ place, text: said }) => [place, said])).toEqual(
    ['files', 'preKubeadmCommands'].map((place) => [
      `k8s/kubernetes: kubeadmconfig.${place}`,
      'changes with this upgrade, and was not compared: it has a form that is not known here',
    ]),
  );
});

it('finds nothing where machines are as asked, and on machines as they were exactly what the upgrade changes', () => {
  const name = fc.constantFrom('a', 'b.c', '/etc/x y', 'd-e');
  const args = fc.dictionary(name, fc.constantFrom('1', 'two', 'x: y'));
  const config = fc.record({
    apiServer: fc.record({ extraArgs: args, certSANs: fc.uniqueArray(name) }),
    kubeletExtraArgs: args,
    files: fc.uniqueArray(fc.record({ path: name, content: fc.constantFrom('one', 'two\n') }), {
      selector: ({ path }) => path,
    }),
    preKubeadmCommands: fc.uniqueArray(name),
  });
  fc.assert(
    fc.property(config, config, (before, after) => {
      const [now, next] = [before, after].map((kubeadmconfig) =>
        packSettings(JSON.stringify({ kubeadmconfig }), 'k8s/kubernetes'),
      );
      if (now === undefined || next === undefined) throw new Error('two were made');
      const found = (settings: typeof now) =>
        kubeadmDifferences(now, next, [{ owner: 'one', isControlPlane: true, settings }]);
      expect(found(next)).toEqual([]);
      const changed = [...new Set([...now.keys(), ...next.keys()])].filter(
        (key) => now.get(key)?.value !== next.get(key)?.value,
      );
      expect(found(now).filter(({ isChange }) => isChange)).toHaveLength(changed.length);
      expect(found(now)).toHaveLength(changed.length);
    }),
  );
});

it('understands every setting of the sample packs but users of the operating system', async () => {
  const folder = new URL('../../../../../examples/harborview/packs/', import.meta.url);
  for (const pack of ['kubernetes-1.26.8', 'kubernetes-1.26.10', 'ubuntu-vsphere-22.04']) {
    const settings = packSettings(await readFile(new URL(`${pack}/values.yaml`, folder), 'utf8'), pack);
    expect(settings.size).toBeGreaterThan(3);
    const open = [...settings.values()].filter(({ untold }) => untold !== undefined).map(({ place }) => place);
    expect(open).toEqual(pack.startsWith('ubuntu') ? [`${pack}: kubeadmconfig.users`] : []);
  }
});
