import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SimulatedCluster, startSimulatedCluster } from '@sealift/cli/demo/cluster/simulated-cluster';
import { prepareDemo } from '@sealift/cli/demo/demo-environment';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canBeRoot, giveSudo } from './setup/as-root.ts';
import { arriveAtBothSides, type BothSides } from './setup/both-sides.ts';
import { FirstUpgrade } from './setup/first-upgrade.ts';
import { startTlsProxy, type TlsProxy } from '@sealift/testkit/tls-proxy';
import { makeFirst, typeConsole, type TypedConsole } from './setup/typed-console.ts';

const harborview = fileURLToPath(new URL('../examples/harborview', import.meta.url));
const minisign = peer('minisign');
const account = { username: 'admin', password: 'four random words here' };

/**
 * The README's first real upgrade as it is typed: a vendor and a support host, neither with a checkout, neither as root, and a console that
 * is the executable out of the bundle, behind a proxy that ends TLS. Its cluster is simulated; `readme-real-site.long.test.ts` has a real one.
 */
describe.skipIf(minisign.missing)(
  `a first real upgrade, as the README says it (${minisign.remedy})`,
  { timeout: 240_000 },
  () => {
    let folder: string;
    let readme: FirstUpgrade;
    let sides: BothSides;
    let cluster: SimulatedCluster | undefined;
    let console: TypedConsole | undefined;
    let proxy: TlsProxy | undefined;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sealift-readme-'));
      readme = await FirstUpgrade.read();
      sides = await arriveAtBothSides(harborview);
    });
    afterAll(async () => {
      await proxy?.close();
      await console?.stop();
      await cluster?.service.stop();
      await sides?.leave();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    });

    /** Types the command of a console, and goes to it through a proxy of its own. @returns what it remarked */
    async function runs(command: string): Promise<string> {
      console = await typeConsole(sides.operator, `${command} --trusted-proxy 127.0.0.1`);
      proxy = await startTlsProxy(console.url);
      readme.instead('https://console.example', proxy.url);
      expect(await makeFirst(console, account)).toBe(201);
      return console.remarks;
    }

    async function ends(): Promise<void> {
      await proxy?.close();
      expect(await console?.stop()).toBe(0);
    }

    it('has these blocks', () => {
      const first = readme.blocks.map((one) => one.split('\n')[0]?.split(/ {2,}/)[0]);
      expect(first).toEqual([
        'sealift keys generate --out vendor',
        'minisign -Vm airgap-v4.2.13.bin -p vendor.pub',
        'sealift server run --data ~/sealift-console',
        'sealift server run --data ~/sealift-console --trusted-proxy 127.0.0.1 \\',
        'sudo sh airgap-v4.2.13.bin --install --public-key vendor.pub',
        'sealift login https://console.example --username admin',
        'chmod +x airgap-v4.2.12.bin && ./airgap-v4.2.12.bin',
        'sealift platform adopt --dry-run',
        'sealift platform adopt 4.2.12 --values cni/cni-calico=cni-cni-calico.yaml',
        'sealift sync',
        'sealift upgrade confirm --wait',
        'sealift upgrade --bundle airgap-v4.2.13.bin --yes',
      ]);
    });

    it('the vendor makes a key and the bundles', async () => {
      await readme.types(sides.vendor, 'sealift keys generate');
      const bundles = ['airgap-v4.2.12.bin', 'airgap-v4.2.13.bin'];
      await sides.carry(...bundles, ...bundles.map((name) => `${name}.minisig`), 'vendor.pub');
    });

    it('the support host checks the file and sets sealift up', async () => {
      const said = await readme.types(sides.operator, 'minisign -Vm');
      expect(said).toContain('Signature and comment signature verified');
      expect(said).toContain(`sealift is set up: ${join(sides.operator.home, '.local/bin/sealift')}`);
    });

    it.skipIf(!canBeRoot())('root sets it up for all, and has a unit written', async () => {
      const changed = await giveSudo(sides.operator);
      const said = await readme.types(sides.operator, 'sudo ');
      expect(said).toContain('sealift is set up: /usr/local/bin/sealift');
      expect(said).toContain('/etc/systemd/system/sealift.service is written. Nothing is enabled or started.');
      const unit = await readFile(changed('/etc/systemd/system/sealift.service'), 'utf8');
      expect(unit).toMatch(/^ExecStart=\/usr\/local\/bin\/sealift server run .*--trusted-proxy 127\.0\.0\.1/m);
    });

    it('the console runs out of the same program', async () => {
      const cancel = new AbortController().signal;
      const demo = await prepareDemo({ dir: join(folder, 'site'), env: process.env, say: () => undefined, cancel });
      cluster = await startSimulatedCluster(demo, await sides.asVendor(), { version: '4.2.12', speed: 50 });
      const typed = readme.block('sealift server run --data ~/sealift-console');
      expect(await runs([typed, ...cluster.consoleArgs].join(' '))).not.toContain('Warning');
    });

    it('the support host logs in and uploads', async () => {
      const said = await readme.types(sides.operator, 'sealift login', account.password);
      expect(said).toContain(`Logged in to ${proxy?.url} as admin.`);
      expect(said).not.toContain(account.password);
      expect(said).toContain('Setup Completed');
    });

    it('the console finds out what the platform runs', async () => {
      await readme.types(sides.operator, './airgap-v4.2.12.bin');
      const said = await readme.types(sides.operator, 'sealift platform adopt --dry-run');
      expect(said).toContain('Nothing differs');
      expect(said).toContain('Harborview 4.2.12 is recorded as installed');
    });

    it('an upgrade is begun, with the values of the site merged', async () => {
      const shown = await readme.types(sides.operator, 'sealift upgrade start');
      expect(shown).toContain('Harborview 4.2.12 to 4.2.13: draft');
      expect(shown).toContain('kept-custom');
    });

    it('the upgrade goes through, to both sentences', async () => {
      const said = await readme.types(sides.operator, 'sealift upgrade confirm --wait');
      expect(said).toContain('yes  You are using the latest version of Harborview\n');
      expect(said).toContain('yes  On-prem system console is healthy\n');
    });

    it('by one command there is nothing left to do', async () => {
      const said = await readme.types(sides.operator, 'sealift upgrade --bundle');
      expect(said).toContain('Harborview runs 4.2.13 already.\n');
    });

    it('the console ends in order', ends);

    it('a console without a cluster is told what the platform runs', async () => {
      const typed = readme.block('sealift server run --data ~/sealift-console');
      await runs(typed.replace('sealift-console', 'without-cluster'));
      await readme.types(sides.operator, 'sealift login', account.password);
      await readme.types(sides.operator, './airgap-v4.2.12.bin');
      // Of the site, and not of the vendor.
      await sides.operator.gets('cni-cni-calico.yaml', join(harborview, 'site', 'cni-cni-calico.yaml'));
      const said = await readme.types(sides.operator, 'platform adopt 4.2.12');
      expect(said).toContain('Harborview 4.2.12 is recorded as installed');
      await ends();
    });
  },
);
