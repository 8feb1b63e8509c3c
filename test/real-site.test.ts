import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { adoptionProposalSchema, packRegistrySchema, summarySchema, upgradeSchema } from '@sealift/core/api';
import { peer } from '@sealift/testkit/peers';
import { apiServerFlags } from '@sealift/testkit/site/api-server-flags';
import { machinesEverMade } from '@sealift/testkit/site/machines-ever-made';
import { KubeApi, type KubeObject } from '@sealift/testkit/site/kube-api';
import { sitePeers } from '@sealift/testkit/site/programs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openWindow } from './setup/browser.ts';
import { signIn } from './setup/console-pages.ts';
import { endStateOf } from './setup/end-state.ts';
import { supportHost, typeBlock } from './setup/guide.ts';
import { type KilledEnvironment, startKilledEnvironment } from './setup/killed-environment.ts';
import { layOutPrograms } from './setup/rehearsal-programs.ts';
import { run, sealift } from './setup/sealift.ts';

const cluster = sitePeers();
const tools = [peer('helm'), peer('govc'), peer('chromium'), peer('etcdutl-3.6'), peer('qemu-img')] as const;
const [helm, govc, chromium, etcdutl] = tools;
const absent = [cluster, ...tools].find(({ missing }) => missing);
const older = { kubernetes: 'v1.36.3', template: 'r_u-2204-0-k-1363-0' };
const newer = { kubernetes: 'v1.37.2', template: 'r_u-2204-0-k-1372-0' };

/** Of the moments before and after each effect of the upgrade, so that one effect in five has one, in turn before and after it; `kills.long.test.ts` takes all of them. */
const killOneIn = 9;

const snapshotSchema = z.object({ path: z.string(), pod: z.string(), sizeBytes: z.number(), sha256: z.string() });
const lookSchema = z.object({ proposal: adoptionProposalSchema });

interface Node extends KubeObject {
  readonly status: { readonly nodeInfo: { readonly kubeletVersion: string } };
}

interface Deployment extends KubeObject {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
}

describe.skipIf(absent !== undefined)(
  `the upgrade from 4.2.12 to 4.2.13 on a real cluster${absent === undefined ? '' : ` (${absent.remedy})`}`,
  { timeout: 1_800_000 },
  () => {
    let site: KilledEnvironment;
    let workload: KubeApi;
    let before: ReadonlySet<string>;
    beforeAll(async () => {
      site = await startKilledEnvironment(killOneIn);
      workload = await KubeApi.fromKubeconfig(site.cluster.service.ready.workload.kubeconfig);
      before = new Set((await nodes()).map(({ metadata }) => metadata.name));
    }, 1_200_000);
    afterAll(async () => {
      workload?.close();
      await site?.remove();
    }, 120_000);

    const nodes = () => workload.list<Node>('/api/v1/nodes');
    const command = (...args: string[]) => run(sealift, args, { env: site.context.env, cwd: site.context.folder.path });
    async function json<Schema extends z.ZodType>(schema: Schema, ...args: string[]): Promise<z.output<Schema>> {
      const { code, stdout, stderr } = await command(...args, '--json');
      expect(`exit ${code}\n${stderr}`).toMatch(/^exit 0\n/);
      return schema.parse(JSON.parse(stdout));
    }
    const ask = async (...args: string[]): Promise<string[]> => {
      const env = { ...process.env, ...site.cluster.service.ready.govc };
      const { stdout } = await promisify(execFile)(govc.path, args, { env });
      return stdout.split('\n').filter((line) => line !== '');
    };
    const workloadFolder = () => site.cluster.service.ready.logs[1] ?? '';
    const machinesFolder = () => `/DC0/vm/${site.cluster.service.ready.clusterName}`;

    it('begins with six machines of the older release, and a console that shows them', async () => {
      const summary = await json(summarySchema, 'status');
      expect(summary).toMatchObject({ simulated: false, version: '4.2.12' });
      expect(new Set(summary.nodes.map(({ name }) => name))).toEqual(before);
      for (const node of summary.nodes) expect(node).toMatchObject({ template: older.template, version: '1.36.3' });
      expect(await ask('find', machinesFolder(), '-type', 'm')).toHaveLength(6);
    });

    it('was adopted by looking: each layer with its values, each machine, and the template', async () => {
      const { code, stdout } = await command('platform', 'adopt', '--dry-run', '--json');
      const { proposal } = lookSchema.parse(JSON.parse(stdout));
      expect([code, proposal.version, proposal.differences]).toEqual([0, '4.2.12', []]);
      expect(proposal.template).toEqual({ name: older.template, isThere: true });
      expect(new Set(proposal.nodes.map(({ name }) => name))).toEqual(before);
      const layers = proposal.layers.map(({ pack, valuesFrom, customisations }) => [pack, valuesFrom, customisations]);
      expect(layers).toEqual([
        ['ubuntu-vsphere', 'record', 0],
        ['kubernetes', 'record', 2],
        ['cni-calico', 'record', 3],
        ['csi-vsphere-csi', 'record', 2],
        ['ingress-nginx', 'record', 1],
        ['platform', 'record', 2],
      ]);
      const shown = await command('platform', 'adopt', '--dry-run');
      expect(shown.stdout).toContain('Nothing differs');
      expect(await command('platform', 'adopt')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('ALREADY_ADOPTED') as unknown,
      });
    });

    it('would be adopted without records too: out of Helm what charts run, and of others what is not known is named', async () => {
      const secrets = '/api/v1/namespaces/sealift-system/secrets';
      const names = ['layer-k8s-kubernetes', 'layer-cni-cni-calico', 'layer-addon-ingress-nginx'];
      const records = await Promise.all(names.map((name) => workload.get<KubeObject>(`${secrets}/${name}`)));
      expect(records).not.toContain(undefined);
      for (const name of names) expect(await workload.delete(`${secrets}/${name}`)).toBe(true);
      try {
        const unknown = await command('platform', 'adopt', '--dry-run', '--json');
        const { differences } = lookSchema.parse(JSON.parse(unknown.stdout)).proposal;
        expect([unknown.code, differences.map(({ what, object }) => [what, object])]).toEqual([
          1,
          [['values', 'layer k8s/kubernetes']],
        ]);
        const values = join(site.context.checkout.harborview, 'site', 'k8s-kubernetes.yaml');
        const given = await command('platform', 'adopt', '--dry-run', '--json', '--values', `k8s/kubernetes=${values}`);
        const { proposal } = lookSchema.parse(JSON.parse(given.stdout));
        expect([given.code, proposal.differences]).toEqual([0, []]);
        const found = proposal.layers.map(({ pack, valuesFrom, customisations }) => [pack, valuesFrom, customisations]);
        expect(found.slice(1, 5)).toEqual([
          ['kubernetes', 'given', 2],
          ['cni-calico', 'helm', 3],
          ['csi-vsphere-csi', 'record', 2],
          ['ingress-nginx', 'helm', 1],
        ]);
      } finally {
        for (const record of records) {
          const { name, namespace, labels, annotations } = record?.metadata ?? { name: 'no record' };
          await workload.create(secrets, { ...record, metadata: { name, namespace, labels, annotations } });
        }
      }
    });

    it('gives a snapshot of its etcd through the API server, as the guide says it, which etcdutl takes for one', async () => {
      const { workload: enterprise, management } = site.cluster.service.ready;
      const typedIn = supportHost(site.context);
      const files = { 'enterprise.conf': enterprise.kubeconfig, 'management.conf': management.kubeconfig };
      const typed = await typeBlock('backup-and-restore.md', 'sealift cluster snapshot-etcd', {
        ...typedIn,
        instead: files,
      });
      expect(typed).toMatchObject({ code: 0, stdout: expect.stringContaining('etcd.snapshot') as unknown });
      const clusters = `--kubeconfig ${enterprise.kubeconfig} --management-kubeconfig ${management.kubeconfig}`;
      const saved = await typeBlock('rehearse-a-minor.md', 'sealift cluster snapshot-etcd', {
        ...typedIn,
        instead: { '--kubeconfig enterprise.kubeconfig': clusters },
      });
      expect(`exit ${saved.code}\n${saved.stderr}`).toMatch(/^exit 0\n/);
      const file = join(site.context.folder.path, 'cluster.snapshot');
      const { size, mode } = await stat(file);
      expect(saved.stdout).toMatch(new RegExp(`^${file} {2}${size} bytes, of etcd-.*; its sum is right$`, 'm'));
      expect(mode & 0o777).toBe(0o600);
      const another = join(site.context.folder.path, 'another.snapshot');
      const told = await json(snapshotSchema, 'cluster', 'snapshot-etcd', '-o', another, ...clusters.split(' '));
      const bytes = await readFile(another);
      expect(told).toEqual({
        path: another,
        pod: expect.stringMatching(/^etcd-/),
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
      const data = join(site.context.folder.path, 'etcd-restored');
      await promisify(execFile)(etcdutl.path, ['snapshot', 'restore', file, '--data-dir', data]);
    });

    it('is rehearsed on that snapshot, without the cluster', async () => {
      const host = supportHost(site.context);
      const servers = { old: peer('kube-apiserver-1.36'), new: peer('kube-apiserver') };
      await layOutPrograms(host.cwd, { etcd: peer('etcd'), etcdutl, ...servers });
      const rehearsed = await typeBlock('rehearse-a-minor.md', 'sealift upgrade rehearse --etcd-snapshot', host);
      expect(`exit ${rehearsed.code}\n${rehearsed.stderr}`).toMatch(/^exit 0\n/);
      const [way, looked, end] = rehearsed.stdout.split('\n');
      expect([way, end]).toEqual(['From v1.36.3 to v1.37.2 emulating 1.36', 'Nothing is in the way.']);
      expect(Number(/^(\d+) objects listed/.exec(looked ?? '')?.[1])).toBeGreaterThan(150);
    });

    it('is planned and looked at, and nothing blocks it', async () => {
      expect(await json(packRegistrySchema, 'sync', 'spectro-packs')).toMatchObject({ sync: { state: 'succeeded' } });
      let upgrade = await json(upgradeSchema, 'upgrade', 'start', '--to', '4.2.13');
      // A machine under load has no time to look; a check says then that it does not know.
      for (let looks = 1; looks < 20 && upgrade.preflight.some(({ outcome }) => outcome === 'unknown'); looks += 1) {
        upgrade = await site.administrator.api.post(`/api/v1/upgrades/${upgrade.id}/preflight`, {}, upgradeSchema);
      }
      const open = upgrade.preflight.filter(({ outcome }) => outcome !== 'pass');
      expect(open).toEqual([expect.objectContaining({ name: 'rehearsal', outcome: 'warn' })]);
      expect(open[0]?.detail).toContain(
        'there is no etcd, no etcdutl, no kube-apiserver of 1.36, no kube-apiserver of 1.37',
      );
      expect(await command('upgrade', 'rehearse')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('--rehearsal-programs') as unknown,
      });
      // The machines of this site were never given what the sample's values ask of kubeadm.
      const setup = upgrade.preflight.find(({ name }) => name === 'kubeadm-settings');
      expect(setup?.detail).toMatch(/settings are written with the new nodes/);
      const audit = setup?.items?.find(({ place }) => place.endsWith('apiServer.extraArgs.audit-policy-file'));
      expect(audit?.text).toBe('is written into KubeadmControlPlane enterprise-control-plane by this upgrade');
      expect(upgrade.plan?.nodeImage.reason).toContain('get other settings of kubeadm');
      for (const flags of await apiServerFlags(workloadFolder())) expect(flags).not.toContain('audit-policy-file');
      expect(upgrade.blockers).toEqual([]);
    });

    it('goes through, watched in the console, which is killed again and again and goes on by itself', async () => {
      const { id, hash } = await json(upgradeSchema, 'upgrade', 'status');
      const window = await openWindow(chromium.path, site.administrator.api.url);
      try {
        const { page } = window;
        await signIn(page, site.administrator);
        await page.getByRole('strong').filter({ hasText: 'Harborview 4.2.12' }).waitFor();
        await page.goto('/cluster/nodes');
        await page.getByText([...before][0] ?? 'no node').waitFor();
        await window.picture('real-before');
        const shown = Promise.withResolvers<void>();
        site.killFrom(shown.promise);
        const confirmed = command('upgrade', 'confirm', '--hash', hash ?? '', '--wait', '--json');
        await page.goto(`/updates/${id}`);
        await page.getByText('Roll the control plane to Kubernetes 1.37.2').waitFor();
        await window.picture('real-running');
        shown.resolve();
        const { code, stdout, stderr } = await confirmed;
        expect(`exit ${code}\n${stderr}\n${stdout}`).toMatch(/^exit 0\n/);
        expect(upgradeSchema.parse(JSON.parse(stdout))).toMatchObject({ state: 'succeeded' });
        expect(site.killed.kills.length).toBeGreaterThan(5);
        await page.goto('/');
        await page.getByText('You are using the latest version of Harborview').waitFor();
        await window.picture('real-after');
      } finally {
        await window.close();
      }
    });

    it('replaced each machine once, by one of the imported template, and leaves none of the older', async () => {
      const all = await nodes();
      expect(all).toHaveLength(6);
      expect(all.filter(({ metadata }) => before.has(metadata.name))).toEqual([]);
      expect(new Set(all.map(({ status }) => status.nodeInfo.kubeletVersion))).toEqual(new Set([newer.kubernetes]));
      const machines = await ask('find', machinesFolder(), '-type', 'm');
      const names = all.map(({ metadata }) => `${machinesFolder()}/${metadata.name}`).sort();
      expect(machines.sort()).toEqual(names);
      const made = await machinesEverMade(site.cluster.service.ready.logs[0] ?? '');
      expect(made).toHaveLength(12);
      expect(made.slice(6).sort()).toEqual(all.map(({ metadata }) => metadata.name).sort());
      const templates = await ask('find', '/DC0/vm/spectro-templates', '-type', 'm', '-config.template', 'true');
      expect(templates).toContain(`/DC0/vm/spectro-templates/${newer.template}`);
    });

    it('set up each new machine as the merged values ask: the API servers really run so, and workers join so', async () => {
      const running = await apiServerFlags(workloadFolder());
      expect(running).toHaveLength(3);
      for (const flags of running) {
        // Changed by the release, new in it, and a file that came with it.
        expect(flags).toContain('--audit-log-maxage=90\n');
        expect(flags).toContain('--max-requests-inflight=800\n');
        const [, policy = ''] = /--audit-policy-file=(\S+)\n/.exec(flags) ?? [];
        expect(await readFile(policy, 'utf8')).toContain('omitStages');
        const [, log = ''] = /--audit-log-path=(\S+)\n/.exec(flags) ?? [];
        expect(await readFile(log, 'utf8')).toContain('"kind":"Event"');
      }
      const management = await KubeApi.fromKubeconfig(site.cluster.service.ready.management.kubeconfig);
      try {
        const templates = '/apis/bootstrap.cluster.x-k8s.io/v1beta2/namespaces/default/kubeadmconfigtemplates';
        const texts = (await management.list(templates)).map((template) => JSON.stringify(template));
        expect(texts).toHaveLength(2);
        const written = texts.find((text) => text.includes('"make-iptables-util-chains"'));
        // What the site had set by hand is kept.
        expect(written).toContain('{"name":"v","value":"2"}');
        expect(written).toContain('/etc/sysctl.d/90-harborview.conf');
        expect(written).not.toContain('audit-log-maxage');
      } finally {
        management.close();
      }
    });

    it('holds nothing any more: no drain, no health check, no plan', async () => {
      const { management } = site.cluster.service.ready;
      const held = (await endStateOf(management.kubeconfig)).filter((line) =>
        /pre-drain\.|sealift\.dev\/(?!kubeadm)/.test(line),
      );
      expect(held).toEqual([]);
    });

    it('applied the packs: charts with their hooks, manifests, and without what the release dropped', async () => {
      const image = async (namespace: string, name: string): Promise<string | undefined> => {
        const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
        return (await workload.get<Deployment>(path))?.spec.template.spec.containers[0]?.image;
      };
      expect(await image('harborview-system', 'api')).toContain('platform/api:4.2.13');
      expect(await image('tigera-operator', 'tigera-operator')).toBe('quay.io/tigera/operator:v1.30.4');
      expect(await workload.get('/api/v1/namespaces/harborview-system/configmaps/former-names')).toBeUndefined();
      const { kubeconfig } = site.cluster.service.ready.workload;
      const { stdout } = await promisify(execFile)(helm.path, ['list', '-A', '-o', 'json', '--kubeconfig', kubeconfig]);
      const releases = (JSON.parse(stdout) as { chart: string; status: string }[]).map((one) => [
        one.chart,
        one.status,
      ]);
      expect(new Map(releases as [string, string][])).toEqual(
        new Map([
          ['tigera-operator-3.26.1', 'deployed'],
          ['vsphere-csi-3.0.2', 'deployed'],
          ['ingress-nginx-4.8.3', 'deployed'],
        ]),
      );
    });

    it('states both sentences, and its nodes are those of the cluster', async () => {
      const summary = await json(summarySchema, 'status');
      expect(summary.statements.map(({ holds }) => holds)).toEqual([true, true]);
      const names = (await nodes()).map(({ metadata }) => metadata.name).sort();
      expect(summary.nodes.map(({ name }) => name).sort()).toEqual(names);
    });
  },
);
