import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { summarySchema, upgradeSchema } from '@sealift/core/api';
import { type Service, startService } from '@sealift/cli/demo/child-process';
import { KubernetesClient, objectPath } from '@sealift/kubernetes/client';
import { readCallLog } from '@sealift/simulator/call-log';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRelease } from '../examples/harborview/build.ts';
import { openWindow } from './setup/browser.ts';
import { signIn } from './setup/console-pages.ts';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';
import { blockToType, supportHost, type TypedIn, typeBlock } from './setup/guide.ts';
import { run, sealift } from './setup/sealift.ts';

const peers = [
  peer('vcenter-simulator'),
  peer('etcd'),
  peer('kube-apiserver'),
  peer('govc'),
  peer('chromium'),
] as const;
const [simulator, etcd, apiserver, govc, chromium] = peers;
const template = 'r_u-2204-0-k-12610-0';
const shared = 'spectro-mgmt/spectro-mgmt-cluster';

describe.skipIf(peers.some(({ missing }) => missing))(
  `the runbook on a real vCenter API, with the nodes simulated (${simulator.remedy})`,
  () => {
    let site: TestEnvironment;
    let vcenter: VCenter;
    let kubernetes: Kubernetes;
    let server: Service<unknown> | undefined;

    beforeAll(async () => {
      [site, vcenter, kubernetes] = await Promise.all([
        startEnvironment(50),
        startVCenter(simulator, { folder: 'spectro-templates' }),
        startKubernetes(etcd, apiserver),
      ]);
      await installStorage(await KubernetesClient.connect({ kubeconfig: kubernetes.kubeconfig }), vcenter);
      await giveTemplateToSimulator(site);
      server = await restartWithVcenter(site, vcenter, kubernetes);
    });
    afterAll(async () => {
      await server?.stop();
      await Promise.all([site?.remove(), vcenter?.stop(), kubernetes?.stop()]);
    });

    /** Runs the command line on the support host; the vCenter login is in its environment. */
    const command = (...args: string[]) =>
      run(sealift, args, { env: { ...site.context.env, ...loginOf(vcenter) }, cwd: site.context.folder.path });
    const upgrade = async () => upgradeSchema.parse(JSON.parse((await command('upgrade', 'status', '--json')).stdout));
    /** As one who was told of vCenter by what he exported. */
    const told = (): TypedIn => {
      const { cwd, env } = supportHost(site.context);
      const instead = { '~/.kube/config': kubernetes.kubeconfig };
      return { cwd, env: { ...env, ...loginOf(vcenter), SEALIFT_VCENTER_CA_FILE: vcenter.caFile }, instead };
    };

    it('R2: the preflight blocks until the storage identity is this cluster’s own', async () => {
      expect(await command('sync', 'spectro-packs')).toMatchObject({ code: 0 });
      expect(await command('upgrade', 'start', '--to', '4.2.13')).toMatchObject({ code: 0 });
      const { preflight, blockers } = await upgrade();
      expect(blockers.join('\n')).toContain(`the cluster-id ${shared} is shared`);
      const open = preflight.filter(({ outcome }) => outcome !== 'pass').map(({ name }) => name);
      expect(open).toEqual(['storage-identity']);
    });

    it('R2: the console shows what blocks and what to do', async () => {
      const { id } = await upgrade();
      const window = await openWindow(chromium.path, site.administrator.api.url);
      try {
        const { page } = window;
        await signIn(page, site.administrator);
        await page.goto(`/updates/${id}`);
        await page.getByRole('tab', { name: /^Preflight \(1 of \d+ not passed\)$/ }).click();
        await page.getByText('is a real one: templates and storage are changed there').waitFor();
        const checks = page.getByLabel('Preflight checks');
        await checks.getByText(`the cluster-id ${shared} is shared`).waitFor();
        await checks.getByText('Run sealift vsphere cns check').scrollIntoViewIfNeeded();
        await window.picture('R2-storage-identity');
      } finally {
        await window.close();
      }
    });

    it('R2: is repaired by one command that shows first what it would do', async () => {
      const checked = await typeBlock('storage-identity.md', 'sealift vsphere cns check', told());
      expect([checked.code, checked.stdout]).toEqual([2, expect.stringMatching(/^stranger: volume .*pvc-other/m)]);
      expect((await upgrade()).blockers).toHaveLength(1);
      expect(await command('upgrade', 'preflight')).toMatchObject({ code: 2 });
      const repaired = await typeBlock('storage-identity.md', 'sealift vsphere cns repair', told());
      expect([repaired.code, repaired.stdout]).toEqual([0, expect.stringContaining('move volume')]);
      expect(repaired.stderr).toContain('Nothing was changed.');
      expect(await typeBlock('storage-identity.md', 'sealift vsphere cns check', told())).toMatchObject({ code: 0 });
      expect(await command('upgrade', 'preflight')).toMatchObject({ code: 0 });
      expect((await upgrade()).blockers).toEqual([]);
    });

    it('R5: names what is missing in vCenter before the upgrade', async () => {
      const found = await command('vsphere', 'templates', '--ca-file', vcenter.caFile, '--json');
      expect(found.code).toBe(2);
      expect(JSON.parse(found.stdout)).toMatchObject({
        folder: '/DC0/vm/spectro-templates',
        wanted: [{ name: template, neededBy: ['Harborview 4.2.13'], problems: [{ kind: 'missing' }] }],
      });
    });

    it('R16: makes the template in vCenter out of the registry, and finishes', async () => {
      const { hash } = await upgrade();
      const confirmed = await command('upgrade', 'confirm', '--hash', hash ?? '', '--wait', '--json');
      expect(upgradeSchema.parse(JSON.parse(confirmed.stdout))).toMatchObject({ state: 'succeeded' });
      const effects = (await readCallLog(site.cluster.service.ready.callLog)).filter(({ effect }) => effect);
      expect(effects.filter(({ call }) => call === 'importTemplate')).toHaveLength(1);
      const sent = await vcenter.uploads();
      expect(sent.map(({ complete }) => complete)).toEqual([true]);
    });

    it('R5: govc sees a template in the folder, with its identity and a snapshot', async () => {
      const path = `/DC0/vm/spectro-templates/${template}`;
      const env = { ...process.env, ...vcenter.environment };
      const ask = async (...args: string[]) => (await promisify(execFile)(govc.path, args, { env })).stdout;
      expect(await ask('find', '/DC0/vm/spectro-templates', '-type', 'm', '-config.template', 'true')).toBe(
        `${path}\n`,
      );
      expect(await ask('snapshot.tree', '-vm', path)).toContain('sealift');
      const info = JSON.parse(await ask('vm.info', '-json', path));
      expect(info.virtualMachines[0].config.annotation).toContain('"kubernetes":"1.26.10"');
      const found = await command('vsphere', 'templates', '--ca-file', vcenter.caFile, '--for', bundleOf(site));
      expect(found).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`${template}, needed by Harborview 4.2.13: ready`),
      });
      const again = await command(
        'vsphere',
        'import-template',
        bundleOf(site),
        '--ca-file',
        vcenter.caFile,
        '--network',
        'VM Network',
        '--json',
      );
      expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'present', sentBytes: 0 });
    });

    it('R17: states both sentences', async () => {
      const summary = summarySchema.parse(JSON.parse((await command('status', '--json')).stdout));
      expect(summary.statements.map(({ holds }) => holds)).toEqual([true, true]);
    });
  },
);

function bundleOf(site: TestEnvironment): string {
  return site.built.vendor.bundles.get('4.2.13') ?? '';
}

function loginOf({ url, username, password }: VCenter) {
  return { SEALIFT_VCENTER: url, SEALIFT_VCENTER_USERNAME: username, SEALIFT_VCENTER_PASSWORD: password };
}

/** The CSI driver's configuration with the id that another cluster has too, and one volume of each. */
async function installStorage(api: KubernetesClient, vcenter: VCenter): Promise<void> {
  const config = `[Global]\ncluster-id = "${shared}"\n`;
  const namespace = 'kube-system';
  await api.create(objectPath('/api/v1', 'secrets', { namespace }), {
    metadata: { name: 'vsphere-config-secret' },
    data: { 'csi-vsphere.conf': Buffer.from(config).toString('base64') },
  });
  await api.create(objectPath('/api/v1', 'configmaps', { namespace }), {
    metadata: { name: 'vsphere-cloud-config' },
    data: { 'vsphere.conf': config },
  });
  const volumeHandle = await vcenter.createVolume({
    name: 'pvc-own',
    clusterId: shared,
    claim: 'db',
    namespace: 'hubble',
  });
  await vcenter.createVolume({ name: 'pvc-other', clusterId: shared, claim: 'db', namespace: 'other' });
  await api.create(objectPath('/api/v1', 'persistentvolumes'), {
    metadata: { name: 'pvc-own' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      csi: { driver: 'csi.vsphere.vmware.com', volumeHandle },
    },
  });
}

/** The simulated nodes boot from templates of their own simulator; what vCenter has is vCenter's. */
async function giveTemplateToSimulator(site: TestEnvironment): Promise<void> {
  const kubernetes = readRelease('4.2.13').spec.kubernetes.version;
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const query = new URLSearchParams({ sha256: empty, kubernetes, sizeBytes: '0' });
  const url = `${site.cluster.service.ready.url}/v1/vcenter/templates/${template}?${query.toString()}`;
  const answer = await fetch(url, { method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body: '' });
  if (!answer.ok) throw new Error(await answer.text());
}

/** The console again, on the same data and address, connected to vCenter besides: as the guide types it, and with what there is of this site in the place of a real one. */
async function restartWithVcenter(site: TestEnvironment, vcenter: VCenter, kubernetes: Kubernetes) {
  const { context, built, cluster } = site;
  await site.console.stop();
  const passwordFile = join(context.folder.temporary, 'vcenter-password');
  await writeFile(passwordFile, vcenter.password, { mode: 0o600 });
  const here = ['--json', '--listen', new URL(site.console.ready.url).host];
  const simulated = ['--simulator', cluster.service.ready.url, '--assets', built.pages];
  const typed = await blockToType('prepare-vcenter.md', 'sealift server run --data', {
    'sealift server run': ['exec sealift server run', ...here, ...simulated].join(' '),
    '/var/lib/sealift': context.folder.console,
    'https://vcenter.example': vcenter.url,
    'sealift@vsphere.local': vcenter.username,
    '/etc/sealift/vcenter-password': passwordFile,
    '/etc/sealift/vcenter-ca.pem': vcenter.caFile,
    '/etc/sealift/kubeconfig': kubernetes.kubeconfig,
  });
  const { cwd, env } = supportHost(context);
  const args = ['-e', '-c', typed];
  const by = { ...env, SEALIFT_VCENTER_NETWORK: 'VM Network' };
  return await startService({ name: 'the system console', command: 'sh', args, env: by, cwd }, (line) =>
    line.startsWith('{') ? line : undefined,
  );
}
