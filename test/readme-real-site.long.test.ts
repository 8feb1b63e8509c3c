import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RealCluster, startRealCluster } from '@sealift/cli/demo/cluster/real-cluster';
import { prepareDemo } from '@sealift/cli/demo/demo-environment';
import type { DemoContext } from '@sealift/cli/demo/demo-context';
import { prepareRealPlatform } from '@sealift/cli/demo/real-platform';
import { machinesEverMade } from '@sealift/testkit/site/machines-ever-made';
import { KubeApi, type KubeObject } from '@sealift/testkit/site/kube-api';
import { sitePeers } from '@sealift/testkit/site/programs';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../packages/server/src/testing/postgres-server.ts';
import { siteLayers } from '../examples/harborview/site-changes.ts';
import { arriveAtBothSides, type BothSides } from './setup/both-sides.ts';
import { FirstUpgrade } from './setup/first-upgrade.ts';
import { startTlsProxy, type TlsProxy } from '@sealift/testkit/tls-proxy';
import { makeFirst, typeConsole, type TypedConsole } from './setup/typed-console.ts';

const tools = [peer('minisign'), peer('postgres'), peer('helm'), peer('govc'), peer('qemu-img')] as const;
const [, postgres, helm] = tools;
const absent = [sitePeers(), ...tools].find(({ missing }) => missing);
const account = { username: 'admin', password: 'four random words here' };

const sentences = ['You are using the latest version of Harborview', 'On-prem system console is healthy'];

/** Of what an upgrade statuss, without what is well and the items of what is not. */
const tells = (line: string): boolean => !/^(?:preflight pass| {2}- |step )/.test(line);

interface Node extends KubeObject {
  readonly status: { readonly nodeInfo: { readonly kubeletVersion: string } };
}

/**
 * The README's first real upgrade as it is typed, from the vendor's key to the two sentences: on a whole real site whose cluster manages
 * itself, with PostgreSQL, behind a proxy that ends TLS, by somebody who is not root.
 */
describe.skipIf(absent !== undefined)(
  `a first real upgrade on a real site, as the README says it${absent === undefined ? '' : ` (${absent.remedy})`}`,
  { timeout: 3_600_000 },
  () => {
    let folder: string;
    let demo: DemoContext;
    let readme: FirstUpgrade;
    let sides: BothSides;
    let database: PostgresServer;
    let cluster: RealCluster | undefined;
    let workload: KubeApi | undefined;
    let console: TypedConsole | undefined;
    let proxy: TlsProxy | undefined;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sealift-readme-'));
      readme = await FirstUpgrade.read();
      const cancel = new AbortController().signal;
      const found = await prepareDemo({ dir: join(folder, 'site'), env: process.env, say: () => undefined, cancel });
      // The sample platform, for the versions of Kubernetes that a real site can have.
      demo = await prepareRealPlatform(found, process.env);
      sides = await arriveAtBothSides(demo.checkout.harborview);
      database = await startPostgres(postgres.path);
    }, 1_200_000);
    afterAll(async () => {
      await proxy?.close();
      await console?.stop();
      workload?.close();
      await cluster?.service.stop();
      await database?.stop();
      await sides?.leave();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    }, 120_000);

    const nodes = async () => (await workload?.list<Node>('/api/v1/nodes')) ?? [];

    it('the vendor makes a key and the bundles', async () => {
      await readme.types(sides.vendor, 'sealift keys generate');
      const bundles = ['airgap-v4.2.12.bin', 'airgap-v4.2.13.bin'];
      await sides.carry(...bundles, ...bundles.map((name) => `${name}.minisig`), 'vendor.pub');
    });

    it('the platform runs 4.2.12, with the values of the site', async () => {
      cluster = await startRealCluster(demo, await sides.asVendor(), { version: '4.2.12', selfManaged: true });
      await cluster.install();
      workload = await KubeApi.fromKubeconfig(cluster.service.ready.workload.kubeconfig);
      expect((await nodes()).map(({ status }) => status.nodeInfo.kubeletVersion)).toEqual(Array(6).fill('v1.36.3'));
    });

    it('the support host checks the file and sets sealift up', async () => {
      const said = await readme.types(sides.operator, 'minisign -Vm');
      expect(said).toContain('Signature and comment signature verified');
    });

    it('the console runs on PostgreSQL, and is told of vCenter and cluster', async () => {
      const { operator } = sides;
      const { vcenter, govc, workload: enterprise } = cluster?.service.ready ?? expect.fail('there is no site');
      await operator.has('vcenter-password', govc['GOVC_PASSWORD'] ?? '');
      await operator.gets('vcenter-ca.pem', vcenter.caFile);
      await operator.gets('enterprise.kubeconfig', enterprise.kubeconfig);
      await operator.gets('.local/bin/helm', helm.path);
      operator.set('DATABASE_URL', await database.newDatabase());
      readme.instead('https://vcenter.example', vcenter.url);
      readme.instead('sealift@vsphere.local', vcenter.username);
      const typed = readme.block('--vcenter https://vcenter.example');
      // Of the several networks that this vCenter has.
      console = await typeConsole(operator, `${typed} --vcenter-network '${vcenter.network}'`);
      proxy = await startTlsProxy(console.url);
      readme.instead('https://console.example', proxy.url);
      expect(await makeFirst(console, account)).toBe(201);
      const data = join(operator.home, 'sealift-console');
      expect((await stat(data)).uid).not.toBe(0);
      // Of the embedded store.
      expect(await readdir(data)).not.toContain('postgres');
    });

    it('the support host logs in and uploads', async () => {
      const said = await readme.types(sides.operator, 'sealift login', account.password);
      expect(said).toContain(`Logged in to ${proxy?.url} as admin.`);
      expect(said).toContain('Setup Completed');
    });

    it('the console finds out what the platform runs', async () => {
      await readme.types(sides.operator, './airgap-v4.2.12.bin');
      const said = await readme.types(sides.operator, 'sealift platform adopt --dry-run');
      expect(said).toContain('Nothing differs');
      expect(said).toContain('Harborview 4.2.12 is recorded as installed');
    });

    it('the upgrade is shown, with the values of the site merged and nothing that blocks it', async () => {
      const shown = await readme.types(sides.operator, 'sealift upgrade start');
      process.stdout.write(`${shown.split('\n').filter(tells).join('\n')}\n`);
      expect(shown.match(/^layer .*: merged, keeps \d+ customisations$/gm)).toHaveLength(siteLayers.length);
      expect(shown).not.toMatch(/^preflight block/m);
      const { customised } = siteLayers.find(({ pack }) => pack === 'cni-calico') ?? expect.fail('no Calico');
      for (const path of customised) expect(shown).toContain(`kept-custom  ${JSON.stringify(path.split('.'))}`);
    });

    it('the upgrade goes through, to both sentences', async () => {
      const before = new Set((await nodes()).map(({ metadata }) => metadata.name));
      const said = await readme.types(sides.operator, 'sealift upgrade confirm --wait');
      process.stdout.write(`${said}\n`);
      expect(said).toContain('Upgraded Harborview from 4.2.12 to 4.2.13.');
      expect(said).toContain(sentences.map((sentence) => `yes  ${sentence}\n`).join(''));
      const after = await nodes();
      expect(after.map(({ status }) => status.nodeInfo.kubeletVersion)).toEqual(Array(6).fill('v1.37.2'));
      expect(after.filter(({ metadata }) => before.has(metadata.name))).toEqual([]);
      expect(await machinesEverMade(cluster?.service.ready.logs[0] ?? '')).toHaveLength(12);
    });

    it('the console ends in order', async () => {
      expect(await console?.stop()).toBe(0);
    });
  },
);
