import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import {
  layerPreviewSchema,
  packRegistrySchema,
  profileViewSchema,
  summarySchema,
  type Upgrade,
  upgradeListSchema,
  upgradeSchema,
} from '@sealift/core/api';
import { pathPlanSchema } from '@sealift/core/planner';
import { type FileServer, startFileServer } from '@sealift/testkit/file-server';
import { machinesEverMade } from '@sealift/testkit/site/machines-ever-made';
import type { KubeObject } from '@sealift/testkit/site/kube-api';
import { waitUntil } from '@sealift/testkit/wait-until';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { siteLayers, siteValues } from '../examples/harborview/site-changes.ts';
import { openWindow, type Window } from './setup/browser.ts';
import { layerButton, openFromMenu, paneOf, shows, signIn } from './setup/console-pages.ts';
import { Person } from './setup/person.ts';
import { installed, known, newerPack, offered, refused, tooOld, writeNewerPack } from './setup/runbook/releases.ts';
import { absent, chromium, curl, RunbookSite } from './setup/runbook/runbook-site.ts';
import { sharedId } from './setup/runbook/shared-storage-id.ts';
import { startSupportHost, type SupportHost } from './setup/runbook/support-host.ts';
import { run } from './setup/sealift.ts';

const image = 'u-2204-0-k-1372-0';
const template = `r_${image}`;
const templates = '/DC0/vm/spectro-templates';
const file = `airgap-v${offered}.bin`;
const sentences = ['You are using the latest version of Harborview', 'On-prem system console is healthy'];
const patienceMs = 3_600_000;

interface Node extends KubeObject {
  readonly status: { readonly nodeInfo: { readonly kubeletVersion: string } };
}

/** Every row of the runbook in its order, on one real site, by the command line and in the browser. */
describe.skipIf(absent !== undefined)(
  `the runbook on a real site${absent === undefined ? '' : ` (${absent.remedy})`}`,
  { timeout: patienceMs },
  () => {
    let site: RunbookSite;
    let host: SupportHost;
    let web: FileServer;
    let window: Window;
    let page: Page;
    let id: string;
    let before: ReadonlySet<string>;

    beforeAll(async () => {
      site = await RunbookSite.start();
      before = new Set((await nodes()).map(({ metadata }) => metadata.name));
      window = await open();
      page = window.page;
      await signIn(page, site.environment.administrator);
    }, patienceMs);
    afterAll(async () => {
      await window?.close();
      await web?.close();
      await host?.stop();
      await site?.remove();
    }, 120_000);

    const api = () => site.environment.administrator.api;
    const nodes = () => site.workload.list<Node>('/api/v1/nodes');
    const harborview = () => site.environment.context.checkout.harborview;
    async function open(): Promise<Window> {
      const opened = await openWindow(chromium.path, api().url);
      opened.page.setDefaultTimeout(120_000);
      return opened;
    }
    /** Types a line in the folder of the support host, which has to succeed. @returns both streams, as a terminal shows them */
    async function types(line: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
      const { code, stdout } = await run('sh', ['-c', `exec 2>&1\n${line}`], {
        env: { ...site.env, ...env },
        cwd: site.folder,
      });
      expect(`exit ${code}\n${stdout}`).toMatch(/^exit 0\n/);
      return stdout;
    }
    const blockersOf = ({ preflight }: Upgrade) =>
      preflight.filter(({ outcome }) => outcome === 'block').map(({ name }) => name);
    /** The page of an upgrade that is not confirmed, where its checks are. */
    async function lookAtChecks(upgrade: Upgrade, ...words: readonly string[]): Promise<void> {
      await page.goto(`/updates/${upgrade.id}`);
      await page.getByRole('tab', { name: /^Preflight/ }).click();
      for (const text of words) await shows(page.getByLabel('Preflight checks'), text);
    }

    it('R1: only supported paths: the way that is legal is computed, and why another is refused', async () => {
      const files = [tooOld, installed, known, offered].map((version) => site.bundle(version));
      const plan = await site.json(pathPlanSchema, 'plan', '--releases', ...files, '--from', tooOld, '--to', offered);
      // To the latest patch of the latest minor, then to the new major.
      expect(plan.path?.hops.map(({ to }) => to)).toEqual([installed, offered]);
      expect(plan.notDirectly.map(({ rule }) => rule)).toContain('finish-the-major');
      const back = await site.command('plan', '--from', known, '--to', installed);
      expect([back.code, back.stdout]).toEqual([expect.any(Number), expect.stringContaining('there is no way')]);
      expect(back.code).not.toBe(0);
      expect(back.stdout).toContain('no-downgrade');

      await site.does('sync', 'spectro-packs');
      expect(await site.does('plan', '--from', tooOld)).toContain('finish-the-major');
      expect(await site.does('plan')).toMatch(new RegExp(`Harborview ${installed} to ${known}: 1 hop`));
      await openFromMenu(page, 'Update Management');
      const drawn = page.getByRole('list', { name: 'Hops' });
      for (const version of [installed, known]) await shows(drawn, version);
      await shows(drawn, 'Gateways at 4.0.0 or newer');
      const why = `${refused} does not declare an upgrade from ${installed}. It accepts >=4.0.0 <${refused}.`;
      expect(await site.does('plan')).toContain(`refused: ${refused}: ${why} (declared-edges-only)`);
      await shows(page.getByRole('region', { name: 'Refused releases' }), why);
      await window.picture('runbook-R1');
    });

    it('R2: the vSphere CNS mapping is made unique first, and the preflight blocks until it is', async () => {
      await site.does('upgrade', 'start', '--to', known);
      const draft = await site.preflight();
      expect(blockersOf(draft)).toEqual(['storage-identity']);
      await lookAtChecks(draft, `the cluster-id ${sharedId} is shared`, 'Run sealift vsphere cns check');
      await window.picture('runbook-R2');

      const found = await site.command('vsphere', 'cns', 'check', ...site.storage);
      expect([found.code, found.stdout]).toEqual([2, expect.stringMatching(/stranger: volume \S+ \(pvc-other\)/)]);
      expect(await site.does('vsphere', 'cns', 'repair', '--dry-run', ...site.storage)).toContain('move volume');
      expect(blockersOf(await site.preflight())).toEqual(['storage-identity']);
      await site.does('vsphere', 'cns', 'repair', '--apply', ...site.storage);
      expect(await site.command('vsphere', 'cns', 'check', ...site.storage)).toMatchObject({ code: 0 });
      expect(blockersOf(await site.preflight())).toEqual([]);
    });

    it('R3: gateways upgrade themselves first, and the preflight says which one blocks', async () => {
      await site.startGateway('hamburg-1', 'hamburg');
      await site.does('gateways', 'pause', '--site', 'hamburg', '--reason', 'a move');
      const held = await site.preflight();
      expect(blockersOf(held)).toEqual(['gateways']);
      await lookAtChecks(held, 'hamburg-1 runs 3.9.0, older than 4.0.0, and is paused for the site hamburg');
      await openFromMenu(page, 'Gateways');
      await shows(page.getByRole('main'), 'hamburg-1');
      await window.picture('runbook-R3');

      await site.does('gateways', 'resume', '--site', 'hamburg');
      await site.does('gateways', 'rollout', known);
      await site.untilGateway('hamburg-1', ({ version, state }) => version === known && state === 'current');
      expect(await site.does('gateways', 'list')).toMatch(new RegExp(`hamburg-1 .*current .*${known}`));
      expect(blockersOf(await site.preflight())).toEqual([]);
    });

    it('R4: whether a new node image is needed is computed from the release', async () => {
      const from = [installed, offered].map((version) => site.bundle(version));
      const way = await site.does('plan', '--releases', ...from, '--from', installed, '--to', offered);
      expect(way).toMatch(/node image: .*1\.37\.2/);
      const { path } = await site.json(pathPlanSchema, 'plan', '--releases', ...from, '--from', installed);
      expect(path?.hops.map(({ nodeImage }) => [nodeImage.needed, nodeImage.ova])).toEqual([[true, `${image}.ova`]]);
      const { path: other } = await site.json(pathPlanSchema, 'plan', '--to', known);
      expect(other?.hops.map(({ nodeImage }) => nodeImage.needed)).toEqual([false]);
    });

    it('R5: the OVA becomes the template from a link; one deployed by hand is found, a near miss is named', async () => {
      const wanted = ['vsphere', 'templates', '--for', site.bundle(offered), ...site.trust] as const;
      const missing = await site.command(...wanted);
      expect([missing.code, missing.stdout]).toEqual([2, expect.stringContaining(`there is no template ${template}`)]);

      const ova = join(harborview(), offered, 'build', `${image}.ova`);
      const { resourcePool, datastore } = { resourcePool: '/DC0/host/DC0_C0/Resources', datastore: 'LocalDS_0' };
      const places = [`-pool=${resourcePool}`, `-ds=${datastore}`];
      await site.govc('import.ova', `-name=${image}.ova`, `-folder=${templates}`, ...places, ova);
      const near = await site.command(...wanted);
      expect(near.code).toBe(2);
      for (const word of ['lacks the prefix r_', 'still has the extension .ova', 'not marked as template'])
        expect(near.stdout).toContain(word);
      expect((await site.command(...wanted, '--fix', '--dry-run')).stderr).toContain(`Rename it to ${template}.`);
      expect(await site.does(...wanted, '--fix')).toContain(`${template}, needed by Harborview ${offered}: ready`);

      await site.govc('object.destroy', `${templates}/${template}`);
      web = await startFileServer(dirname(ova));
      const sha256 = createHash('sha256')
        .update(await readFile(ova))
        .digest('hex');
      const network = site.environment.cluster.service.ready.vcenter.network;
      const link = `${web.url}/${image}.ova`;
      const imported = ['vsphere', 'import-template', link, '--sha256', sha256, '--network', network, ...site.trust];
      expect(await site.does(...imported)).toContain(`made the template ${templates}/${template}`);
      expect(await site.does(...wanted)).toContain(`${template}, needed by Harborview ${offered}: ready`);
      const inside = await site.govc('find', templates, '-type', 'm', '-config.template', 'true');
      expect(inside.split('\n')).toContain(`${templates}/${template}`);
    });

    it('R6: on the support host the bundle runs as root or not, and names what a machine lacks', async () => {
      host = await startSupportHost(site.environment.context);
      const person = await Person.arrive({ SEALIFT_TRUSTED_KEYS: '' });
      try {
        await person.gets(`airgap-v${known}.bin`, site.bundle(known));
        await person.gets('vendor.pub', site.environment.built.vendor.publicKeyFile);
        const check = `./airgap-v${known}.bin --check --public-key vendor.pub`;
        const checked = await person.types(`id -u\nchmod +x airgap-v${known}.bin\n${check}`);
        expect([checked.code, checked.stderr]).toEqual([0, '']);
        expect(checked.stdout).toContain('SHA256 checksums are OK. All good.');
        if (process.getuid?.() === 0) expect(checked.stdout).not.toMatch(/^0\n/);
        expect(await types(`${site.bundle(known)} --check`)).toContain('SHA256 checksums are OK. All good.');
        // A machine that has everything but gzip.
        const has = ['uname', 'tail', 'head', 'sha256sum'].map((name) => `ln -s "$(command -v ${name})" bin/${name}`);
        const bare = await person.types(
          `mkdir bin\n${has.join('\n')}\nPATH=$PWD/bin /bin/sh ./airgap-v${known}.bin --check || echo "exit $?"`,
        );
        expect([bare.stdout, bare.stderr]).toEqual(['exit 1\n', expect.stringContaining('there is no gzip')]);
      } finally {
        await person.leave();
      }
    });

    it('R7: the bundle is downloaded by curl, and by sealift download', async () => {
      const url = await host.keep(site.bundle(offered), file);
      const { username, password, caFile } = host;
      await types(`${curl.path} --user ${username}:${password} --output ${file} ${url}`, { CURL_CA_BUNDLE: caFile });
      const args = ['--output', 'again.bin', '--ca-file', caFile];
      expect(args.join(' ')).not.toContain(password);
      await site.does('download', url, ...args);
      const [sent, fetched, again] = await Promise.all(
        [site.bundle(offered), join(site.folder, file), join(site.folder, 'again.bin')].map((path) => readFile(path)),
      );
      expect([fetched?.equals(sent ?? fetched), again?.equals(sent ?? again)]).toEqual([true, true]);
    });

    it('R8: each additional pack in use comes as a bundle of its own, and which are newer is listed', async () => {
      expect(await site.does('packs', 'outdated')).not.toContain(newerPack.version);
      const pack = writeNewerPack(harborview());
      const name = `airgap-pack-${newerPack.name}-${newerPack.version}.bin`;
      const key = site.environment.built.vendor.publicKeyFile.replace(/\.pub$/, '.key');
      const images = `oci:${join(harborview(), '4.2.12', 'build', 'images')}`;
      const made = join(dirname(key), name);
      await site.does('bundle', 'create', '--pack', pack, '--image', images, '-o', made, '--key', key);
      await copyFile(made, join(site.folder, name));
      const transcript = await types(`chmod +x ${name} && ./${name}`);
      const about = `Uncompressing Airgap Pack - ${newerPack.name} Version ${newerPack.version}`;
      expect(transcript).toContain(about);
      expect(transcript.trim().split('\n').at(-1)).toBe('Setup Completed');
      await site.does('sync', 'spectro-packs');
      const outdated = await site.does('packs', 'outdated');
      expect(outdated).toContain(`${newerPack.name} ${newerPack.inUse}\n  ${newerPack.version}  ${name}`);
      await openFromMenu(page, 'Packs');
      await shows(page.getByRole('main'), name);
      await window.picture('runbook-R8');
    });

    it('R9: the bundle verifies itself, uploads, and prints its transcript', async () => {
      const transcript = (await types(`chmod +x ${file} && ./${file}`)).split(/[\r\n]+/).map((line) => line.trim());
      const lines = transcript.filter((line) => line !== '');
      const at = (words: string): number => lines.findIndex((line) => line.startsWith(words));
      const parts = [
        'Verifying archive integrity...  100%   SHA256 checksums are OK. All good.',
        `Uncompressing Airgap Setup - Version ${offered}  100%`,
        'Setting up CLI',
        'Setting up Manifests',
        'Setting up Packs',
        '- Pushing Pack cni-calico:3.26.1',
        'Setting up Images',
        '- Pushing image docker.io/calico/node:v3.26.1',
        `- Pushing image ${image}.ova`,
        'Setup Completed',
      ];
      expect(parts.map(at)).not.toContain(-1);
      expect(parts.map(at)).toEqual(parts.map(at).toSorted((a, b) => a - b));
      expect(lines.at(-1)).toBe('Setup Completed');
      await stat(join(site.env['SEALIFT_BIN_DIR'] ?? '', 'sealift'));
    });

    it('R10: logs in to the system console', async () => {
      await window.close();
      window = await open();
      page = window.page;
      await page.goto('/');
      await page.getByLabel('User name').fill(site.environment.administrator.username);
      await page.getByLabel('Password').fill('not the password at all');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.locator('.pf-v6-c-alert').first().waitFor();
      await signIn(page, site.environment.administrator);
      await page
        .getByRole('strong')
        .filter({ hasText: `Harborview ${installed}` })
        .waitFor();
      expect(await site.does('status')).toContain(installed);
      expect(await page.getByText('Simulated cluster').count()).toBe(0);
    });

    it('R11: the configuration of each layer is shown, and exported with one click', async () => {
      const { layers } = await site.json(profileViewSchema, 'profile', 'show');
      for (const layer of siteLayers) {
        const own = await readFile(join(harborview(), 'site', `${layer.layer}-${layer.pack}.yaml`), 'utf8');
        expect(layers.find(({ pack }) => pack === layer.pack)?.currentValues).toBe(own);
        if (layer.pack === 'cni-calico') expect(own).toBe(siteValues(layer));
      }
      const safe = join(site.folder, 'safe-place');
      await mkdir(safe);
      await site.does('profile', 'export', '-o', join(safe, 'by-command.tar.gz'));
      await openFromMenu(page, 'Profile');
      for (const name of ['vSphere CSI', 'Calico', 'Kubernetes']) {
        await layerButton(page, name).click();
        await page.getByRole('textbox', { name: `Values of ${name}` }).waitFor();
      }
      const saving = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export all' }).click();
      await (await saving).saveAs(join(safe, 'by-click.tar.gz'));
      const [command, click] = await Promise.all(
        ['by-command', 'by-click'].map(async (name) => {
          const folder = join(safe, name);
          await mkdir(folder);
          await types(`tar -xzf safe-place/${name}.tar.gz -C safe-place/${name}`);
          const found = await types(`cd safe-place/${name} && find . -name '*.yaml' -exec sha256sum {} +`);
          return found.trim().split('\n').toSorted();
        }),
      );
      expect(command).toHaveLength(6);
      expect(click).toEqual(command);
    });

    it('R12: spectro-packs is synced from its three-dot menu', async () => {
      await openFromMenu(page, 'Pack Registries');
      await page.getByRole('button', { name: 'Actions for spectro-packs' }).click();
      await page.getByRole('menuitem', { name: 'Sync' }).click();
      const read = async () => (await api().get('/api/v1/registries/spectro-packs', packRegistrySchema)).sync;
      const bringsIt = async () =>
        (await site.does('updates')).includes(offered) && (await read()).state === 'succeeded';
      await waitUntil('the sync', bringsIt, 300_000);
      expect(await read()).toMatchObject({ refused: [] });
      await page.getByText('Synced', { exact: true }).waitFor();
      await window.picture('runbook-R12');
    });

    it('R13: Update Management prompts for the new version, and Update is clicked', async () => {
      expect(await site.does('updates')).toMatch(
        new RegExp(`^${offered} .*needs node image ${image}\\.ova {2}\\(recommended\\)$`, 'm'),
      );
      await openFromMenu(page, 'Update Management');
      await page.getByRole('heading', { name: `Harborview ${offered} is available` }).waitFor();
      await page.getByText(image).first().waitFor();
      await shows(page.getByRole('list', { name: 'Hops' }), `Gateways at ${offered} or newer`);
      await window.picture('runbook-R13');
      await page
        .getByRole('button', { name: `Update to ${offered}` })
        .first()
        .click();
      await page.getByRole('heading', { level: 1, name: 'Harborview version update' }).waitFor();
      const { upgrades } = await api().get('/api/v1/upgrades', upgradeListSchema);
      const draft = upgrades.find(({ to }) => to === offered);
      id = draft?.id ?? expect.fail('there is no draft');
    });

    it('R14: the preview has incoming changes beside the current configuration, and is merged already', async () => {
      await page.getByRole('treeitem', { name: 'Needs you (0)' }).waitFor();
      await page.getByRole('button', { name: 'Incoming and current' }).click();
      for (const name of ['Kubernetes', 'Calico', 'vSphere CSI', 'NGINX ingress', 'Harborview platform']) {
        await layerButton(page, name).click();
        await page.getByRole('region', { name: `Merge of ${name}` }).waitFor();
        for (const pane of ['Incoming changes', 'Merged result', 'Current configuration'])
          await paneOf(page, pane).waitFor();
      }
      await window.picture('runbook-R14');
      const { layers } = await site.json(upgradeSchema, 'upgrade', 'status');
      expect(layers.map(({ openConflicts }) => openConflicts)).toEqual(layers.map(() => 0));
    });

    it('R15: own customisations alone are carried over, and a result pasted by hand is checked', async () => {
      const preview = () => site.json(layerPreviewSchema, 'upgrade', 'layers', 'k8s-kubernetes');
      const { merged, decisions } = await preview();
      for (const value of ['172.27.0.0/16', '10.200.0.0/16']) expect(merged).toContain(value);
      const kept = decisions.filter(({ kind }) => kind === 'kept-custom').map(({ path }) => path.at(-1));
      expect(kept).toEqual(expect.arrayContaining(['podCIDR', 'serviceClusterIpRange']));
      await layerButton(page, 'Kubernetes').click();
      await page.getByRole('button', { name: 'Paste here: Current configuration' }).click();
      await page.getByRole('textbox', { name: /Current configuration/ }).click();
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.insertText(merged.replace('172.27.0.0/16', '192.168.0.0/16'));
      await page.getByRole('button', { name: 'Use this text' }).click();
      await page.getByRole('region', { name: 'Merge of Kubernetes' }).getByText('edited by hand').first().waitFor();
      await page.getByText('Nothing is open. 9 customisations are kept.').waitFor();
      await window.picture('runbook-R15');
      expect((await preview()).pasted?.differences.map(({ path }) => path)).toEqual([['pack', 'podCIDR']]);
      await page.getByRole('button', { name: 'Back to merge' }).click();
      await page.getByText('Nothing is open. 10 customisations are kept.').waitFor();
      expect((await preview()).merged).toBe(merged);
    });

    it('R16: Confirm; the console is locked for everybody, with progress', async () => {
      const looked = await site.preflight();
      expect([looked.id, looked.blockers]).toEqual([id, []]);
      await page.reload();
      await page.getByRole('button', { name: 'Confirm', exact: true }).click();
      await page.getByRole('button', { name: 'Start update' }).click();
      await page.getByText('Console locked').waitFor();
      await page.getByRole('progressbar', { name: 'Progress of the upgrade' }).waitFor();
      await page.getByRole('region', { name: 'Waiting for' }).waitFor();
      await window.picture('runbook-R16');
      const other = await open();
      try {
        await signIn(other.page, site.environment.administrator);
        await other.page.getByText('Console locked').waitFor();
      } finally {
        await other.close();
      }
      const locked = await site.command('sync', 'spectro-packs');
      expect(locked.code).not.toBe(0);
      expect(locked.stderr).toContain('CONSOLE_LOCKED');
      const ended = async (): Promise<Upgrade | undefined> => {
        const upgrade = await site.json(upgradeSchema, 'upgrade', 'status', id);
        return ['ready', 'running'].includes(upgrade.state) ? undefined : upgrade;
      };
      const upgrade = await waitUntil('the end of the upgrade', ended, 2_400_000);
      expect([upgrade.state, upgrade.failure]).toEqual(['succeeded', null]);
    });

    it('R17: both sentences, each with its checks', async () => {
      const summary = await site.json(summarySchema, 'status');
      expect(summary).toMatchObject({ version: offered, simulated: false, lockedBy: null });
      expect(summary.statements.map(({ text, holds }) => [text, holds])).toEqual(sentences.map((text) => [text, true]));
      for (const { checks } of summary.statements) expect(checks.length).toBeGreaterThan(0);
      await openFromMenu(page, 'Summary');
      for (const sentence of sentences) await page.getByText(sentence, { exact: true }).waitFor();
      expect(await page.getByText('Console locked').count()).toBe(0);
      for (const toggle of await page.getByRole('button', { name: /checks passed/ }).all()) await toggle.click();
      await window.picture('runbook-R17');

      const after = await nodes();
      expect(after.map(({ status }) => status.nodeInfo.kubeletVersion)).toEqual(Array(6).fill('v1.37.2'));
      expect(after.filter(({ metadata }) => before.has(metadata.name))).toEqual([]);
      const { ready } = site.environment.cluster.service;
      expect(await machinesEverMade(ready.logs[0] ?? '')).toHaveLength(12);
      expect(await site.untilGateway('hamburg-1', () => true)).toMatchObject({ version: offered, state: 'current' });
      const profile = await site.json(profileViewSchema, 'profile', 'show');
      const kept = Object.fromEntries(profile.layers.map(({ pack, customisations }) => [pack, customisations]));
      expect(kept).toMatchObject(
        Object.fromEntries(siteLayers.map(({ pack, customised }) => [pack, customised.length])),
      );
    });

    it('asked no other host for anything, and no page failed', () => {
      expect(window.foreignRequests).toEqual([]);
      expect(window.errors.filter((error) => !error.startsWith('Failed to load resource'))).toEqual([]);
    });
  },
);
