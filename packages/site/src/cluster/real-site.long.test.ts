import { readFile } from 'node:fs/promises';
import { Secret } from '@sealift/core/secret';
import { KubeApi, type KubeObject } from '@sealift/testkit/site/kube-api';
import { sitePeers, siteVersions } from '@sealift/testkit/site/programs';
import { templateName } from '@sealift/testkit/site/site-objects';
import { reuseSite } from '@sealift/testkit/site/reuse-site';
import type { Site } from '@sealift/testkit/site/site';
import { waitUntil } from '@sealift/testkit/wait-until';
import { apiServerFlags } from '@sealift/testkit/site/api-server-flags';
import { rolloutContract } from '@sealift/upgrade/ports/contract/cluster';
import type { NodeGroup, RolloutStatus } from '@sealift/upgrade/ports/cluster';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { VcenterSession } from '../vcenter/session.ts';
import { ClusterAccess } from './cluster-access.ts';
import { unaccounted } from './machines/accounted.ts';
import { vcenterDisks } from './rollout/machine-disks.ts';
import { vcenterTemplates } from './rollout/vcenter-templates.ts';
import { clusterRollouts, type RolloutPort } from './rollouts.ts';
import { attachDisk, detachDisk } from './testing/first-class-disk.ts';
import { govc, makeTemplate } from './testing/templates.ts';

// On an idle machine the site is up after two minutes, and each rollout takes one and a half.
vi.setConfig({ testTimeout: 900_000 });

const peers = sitePeers();
const never = new AbortController().signal;
const version = siteVersions.newer.replace(/^v/, '');
const pace = { timeoutMs: 600_000, pollMs: 500 };
const cluster = '/apis/cluster.x-k8s.io/v1beta2/namespaces/default/clusters/enterprise';
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';

interface Machine extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly creationTimestamp: string };
}

describe.skipIf(peers.missing)(`nodes of a real site (${peers.remedy})`, () => {
  let site: Site;
  let management: KubeApi;
  let workload: KubeApi;
  let port: RolloutPort;
  let session: VcenterSession;
  let access: ClusterAccess;
  let enterprise: ClusterAccess;

  beforeAll(async () => {
    site = await reuseSite();
    management = await KubeApi.fromKubeconfig(site.management.kubeconfig);
    workload = await KubeApi.fromKubeconfig(site.workload.kubeconfig);
    const { url, username, password, caFile } = site.vcenter;
    const settings = { url, username, password: new Secret(password), caFile, places: {}, networks: [] };
    session = new VcenterSession(settings);
    access = new ClusterAccess({ kubeconfig: site.management.kubeconfig });
    enterprise = new ClusterAccess({ kubeconfig: site.workload.kubeconfig });
    port = clusterRollouts({
      objects: () => access.objects(),
      enterprise: () => enterprise.objects(),
      templates: vcenterTemplates(session, settings),
      disks: vcenterDisks(session),
      cluster: undefined,
    });
  }, 900_000);
  afterAll(async () => {
    management?.close();
    workload?.close();
    await access?.close();
    await enterprise?.close();
    await session?.close();
    await site?.stop();
  });

  /** Rolls on as the engine does, until what it sees is as asked. */
  const until = (what: string, group: NodeGroup, template: string, holds: (status: RolloutStatus) => boolean) =>
    waitUntil(
      what,
      async () => {
        const status = await port.rollout(group, never);
        if (status.due !== undefined) await port.setRollout(group, { version, template }, never);
        return holds(status) ? status : undefined;
      },
      pace.timeoutMs,
    );
  const machines = () => management.list<Machine>('/apis/cluster.x-k8s.io/v1beta2/namespaces/default/machines');
  const isDone = ({ wait, due }: RolloutStatus): boolean => wait === null && due === undefined;

  rolloutContract('Cluster API', async () => ({ port }), { version, template: templateName(siteVersions.newer) }, pace);

  it('leaves as many etcd members, nodes and virtual machines as there are machines, and nothing held', async () => {
    const sides = { objects: () => access.objects(), vcenter: () => session.client(), cluster: undefined };
    const same = { strangers: [], lost: [], claims: [], unseen: [], machines: 6 };
    expect(await unaccounted(sides, never)).toEqual(same);
    const places = ['-pool', '/DC0/host/DC0_C0/Resources', '-net', 'VM Network', '-ds', 'LocalDS_0'];
    await govc(site.vcenter, 'vm.create', '-on=false', '-folder', '/DC0/vm/enterprise', ...places, 'stranger');
    expect(await unaccounted(sides, never)).toEqual({ ...same, strangers: ['/DC0/vm/enterprise/stranger'] });
    await govc(site.vcenter, 'object.destroy', '/DC0/vm/enterprise/stranger');
    expect(await site.controls.etcdMembers()).toHaveLength(3);
    expect((await port.rollout('control-plane', never)).held).toBeUndefined();
    expect((await port.rollout('workers', never)).held).toBeUndefined();
  });

  it('replaces the machines of the control plane for other settings alone, and their API servers run so', async () => {
    const newer = templateName(siteVersions.newer);
    const before = (await port.nodes(never)).filter(({ role }) => role === 'control-plane').map(({ name }) => name);
    const values = `kubeadmconfig:
  apiServer:
    extraArgs: { audit-policy-file: /etc/kubernetes/audit.yaml, audit-log-path: /var/log/apiserver/audit.log }
    extraVolumes:
      - { name: policy, hostPath: /etc/kubernetes/audit.yaml, mountPath: /etc/kubernetes/audit.yaml, pathType: File }
      - { name: log, hostPath: /var/log/apiserver, mountPath: /var/log/apiserver, pathType: DirectoryOrCreate }
  files:
    - path: /etc/kubernetes/audit.yaml
      content: '{ "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{ "level": "Metadata" }] }'
`;
    const setup = [{ layer: 'k8s', pack: 'kubernetes', values } as const];
    const nodes = { version, template: newer };
    await port.setRollout('control-plane', nodes, never, setup);
    await waitUntil(
      'the control plane to be replaced',
      async () => {
        const status = await port.rollout('control-plane', never, setup);
        if (status.due !== undefined) await port.setRollout('control-plane', nodes, never, setup);
        return isDone(status) && status.setup === 'asked';
      },
      pace.timeoutMs,
    );
    const after = (await port.nodes(never)).filter(({ role }) => role === 'control-plane').map(({ name }) => name);
    expect(after).toHaveLength(3);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
    const running = await apiServerFlags(site.logs[1] ?? '');
    expect(running).toHaveLength(3);
    for (const flags of running) {
      const [, log = ''] = /--audit-log-path=(\S+)\n/.exec(flags) ?? [];
      expect(await readFile(log, 'utf8')).toContain('"kind":"Event"');
      // What the first setup asked for is not asked for any more.
      expect(flags).not.toContain('audit-log-maxage');
    }
  });

  it('says which disruption budget stops a drain, and goes on once it does not', async () => {
    const app = { matchLabels: { app: 'app' } };
    const template = { metadata: { labels: app.matchLabels }, spec: { containers: [{ name: 'app', image: 'app' }] } };
    await workload.create('/apis/apps/v1/namespaces/default/deployments', {
      metadata: { name: 'app' },
      spec: { replicas: 2, selector: app, template },
    });
    await workload.create(budgets, { metadata: { name: 'app' }, spec: { minAvailable: 2, selector: app } });
    await waitUntil('the application to run', async () => {
      const found = await workload.get<KubeObject & { status?: { currentHealthy?: number } }>(`${budgets}/app`);
      return found?.status?.currentHealthy === 2;
    });
    const name = 'r_u-2204-0-k-1372-1';
    await makeTemplate(site.vcenter, name, version);
    await port.setRollout('workers', { version, template: name }, never);
    const stopped = await until('the drain to be blocked', 'workers', name, ({ wait }) => wait?.level === 'blocked');
    expect(stopped.wait?.what).toContain('the disruption budget app needs 2 healthy pods and has 2, so 0 may go');
    expect(stopped.wait).toMatchObject({ object: { kind: 'Machine' }, remedy: expect.stringContaining('get pdb app') });
    await workload.merge(`${budgets}/app`, { spec: { minAvailable: 0 } });
    expect(await until('the workers to roll', 'workers', name, isDone)).toMatchObject({ updated: 3, total: 3 });
  });

  it('keeps the VM of a drained machine while a volume is on it, also when Cluster API has given up on that', async () => {
    const deployment = '/apis/cluster.x-k8s.io/v1beta2/namespaces/default/machinedeployments/enterprise-workers';
    // Copied to the Machines in place.
    const deletion = { nodeVolumeDetachTimeoutSeconds: 1 };
    await management.merge(deployment, { spec: { template: { spec: { deletion } } } });
    const client = await session.client();
    const workers = (await port.nodes(never)).filter(({ role }) => role === 'worker').map(({ name }) => name);
    const vms = (await site.controls.virtualMachines()).filter((path) => workers.some((name) => path.endsWith(name)));
    expect(vms).toHaveLength(3);
    const volumes = new Map(vms.map((vm, at) => [vm, `6000C29e-1111-2222-3333-44445555666${at}`]));
    for (const [vm, volume] of volumes) await attachDisk(client, vm, volume);
    const name = 'r_u-2204-0-k-1372-3';
    await makeTemplate(site.vcenter, name, version);
    await port.setRollout('workers', { version, template: name }, never);
    for (let gone = 1; gone <= vms.length; gone += 1) {
      const held = await until(`volume ${gone} to be in the way`, 'workers', name, ({ wait }) =>
        [...volumes].some(([vm, volume]) => wait?.what.includes(vm) === true && wait.what.includes(volume)),
      );
      expect(held.wait).toMatchObject({ level: 'blocked', object: { kind: 'Machine' } });
      const [vm, volume] = [...volumes].find(([path]) => held.wait?.what.includes(path)) ?? ['', ''];
      expect(await site.controls.virtualMachines()).toContain(vm);
      await detachDisk(client, vm, volume);
      volumes.delete(vm);
    }
    expect(await until('the workers to roll', 'workers', name, isDone)).toMatchObject({ updated: 3, total: 3 });
    expect(await site.controls.virtualMachines()).toHaveLength(6);
  });

  it('says that a cluster is paused, then that a template is gone, and goes on after each', async () => {
    await management.merge(cluster, { spec: { paused: true } });
    const name = 'r_u-2204-0-k-1372-2';
    await makeTemplate(site.vcenter, name, version);
    await port.setRollout('workers', { version, template: name }, never);
    const paused = await until('the pause to be told', 'workers', name, ({ wait }) => wait?.level === 'blocked');
    expect(paused.wait?.object).toEqual({ kind: 'Cluster', name: 'enterprise' });
    await govc(site.vcenter, 'object.destroy', `/DC0/vm/spectro-templates/${name}`);
    await management.merge(cluster, { spec: { paused: false } });
    const gone = await until(
      'the clone to fail',
      'workers',
      name,
      ({ wait }) => wait?.what.includes('cannot be made') === true,
    );
    expect(gone.wait).toMatchObject({
      level: 'blocked',
      reference: expect.stringContaining('unable to find template'),
    });
    await makeTemplate(site.vcenter, name, version);
    // The provider does not look again by itself for minutes.
    await until(
      'the provider to be made to look again',
      'workers',
      name,
      ({ due }) => due?.includes('its template is there now') === true,
    );
    await until('the workers to roll', 'workers', name, isDone);
    expect(await site.controls.virtualMachines()).toHaveLength(6);
  });

  it('keeps a health check from deleting a machine that is only slow to come, and puts it back', async () => {
    const checks = '/apis/cluster.x-k8s.io/v1beta2/namespaces/default/machinehealthchecks';
    const annotations = { mine: 'yes' };
    await management.create(checks, {
      apiVersion: 'cluster.x-k8s.io/v1beta2',
      kind: 'MachineHealthCheck',
      metadata: { name: 'workers', annotations },
      spec: {
        clusterName: 'enterprise',
        selector: { matchLabels: { pool: 'enterprise-workers' } },
        checks: { nodeStartupTimeoutSeconds: 30 },
      },
    });
    const name = 'r_u-2204-0-k-1372-4';
    await makeTemplate(site.vcenter, name, version);
    site.controls.pauseCreation();
    const before = await machines();
    await port.setRollout('workers', { version, template: name }, never);
    // Twice as long as the check would let it be.
    const slow = await waitUntil(
      'a machine to be late',
      async () =>
        (await machines()).find(
          ({ metadata }) =>
            !before.some((one) => one.metadata.name === metadata.name) &&
            Date.now() - Date.parse(metadata.creationTimestamp) > 60_000,
        ),
      300_000,
    );
    expect(slow.metadata.deletionTimestamp).toBeUndefined();
    site.controls.resumeCreation();
    await until('the workers to roll', 'workers', name, isDone);
    expect((await machines()).map(({ metadata }) => metadata.name)).toContain(slow.metadata.name);
    expect((await management.get<KubeObject>(`${checks}/workers`))?.metadata.annotations).toEqual(annotations);
  });
});
