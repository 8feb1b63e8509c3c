import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layerPreviewSchema, packRegistrySchema, upgradeSchema, upgradeListSchema } from '@sealift/core/api';
import { peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { siteLayers } from '../examples/harborview/site-changes.ts';
import { accessibilityFaults } from './setup/accessibility.ts';
import { openWindow, type Window } from './setup/browser.ts';
import { layerButton, openFromMenu, paneOf as paneIn, shows as text } from './setup/console-pages.ts';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';
import { run } from './setup/sealift.ts';

const chromium = peer('chromium');

describe.skipIf(chromium.missing)(`the runbook in a browser (${chromium.remedy})`, () => {
  let site: TestEnvironment;
  let window: Window;
  let page: Page;

  beforeAll(async () => {
    site = await startEnvironment(4);
    window = await openWindow(chromium.path, site.administrator.api.url);
    page = window.page;
    page.setDefaultTimeout(20_000);
  });
  afterAll(async () => {
    await window?.close();
    await site?.remove();
  });

  it('R10: signs in to the system console', async () => {
    await page.goto('/');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('User name').fill(site.administrator.username);
    await page.getByLabel('Password').fill('not the password at all');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').or(page.locator('.pf-v6-c-alert')).first().waitFor();
    await window.picture('R10-refused');
    await page.getByLabel('Password').fill(site.administrator.password.reveal());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Summary' }).waitFor();
    await page.getByRole('strong').filter({ hasText: 'Harborview 4.2.12' }).waitFor();
    await expectTidy('R10-summary');
  });

  it('says on every page that the cluster is simulated', async () => {
    await page.getByText('Simulated cluster: this is a demonstration.').waitFor();
  });

  it('R11: shows the configuration of each layer and exports them with one click', async () => {
    await open('Profile');
    await layer('Calico').click();
    await text(page.getByLabel('Values of Calico'), 'tigera-operator');
    await expectTidy('R11-profile');
    await page.getByRole('button', { name: 'Difference to default' }).click();
    await page.getByText('8950').first().waitFor();
    await window.picture('R11-difference');
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export all' }).click();
    const folder = await mkdtemp(join(tmpdir(), 'sealift-export-'));
    try {
      const archive = join(folder, (await saving).suggestedFilename());
      await (await saving).saveAs(archive);
      const { stdout } = await run('tar', ['-tzf', archive]);
      for (const { layer: kind, pack } of siteLayers) expect(stdout).toMatch(new RegExp(`${kind}.*${pack}.*\\.yaml`));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('R12: syncs spectro-packs from its three-dot menu', async () => {
    await open('Pack Registries');
    await page.getByRole('button', { name: 'Actions for spectro-packs' }).click();
    await window.picture('R12-menu');
    await page.getByRole('menuitem', { name: 'Sync' }).click();
    const registry = () => site.administrator.api.get('/api/v1/registries/spectro-packs', packRegistrySchema);
    const done = await waitUntil('the sync', async () => {
      const { sync } = await registry();
      return sync.state === 'succeeded' && sync;
    });
    expect(done.refused).toEqual([]);
    await page.getByText('Synced', { exact: true }).waitFor();
    await expectTidy('R12-synced');
  });

  it('R4, R13: is prompted for the new version, and told that a new node image is needed', async () => {
    await open('Update Management');
    await page.getByRole('heading', { name: 'Harborview 4.2.13 is available' }).waitFor();
    await page.getByText('u-2204-0-k-12610-0').first().waitFor();
    await expectTidy('R13-update-management');
    await page.getByRole('button', { name: 'Update to 4.2.13' }).first().click();
  });

  it('R14: reviews every change, and previews each layer with incoming changes beside the current configuration', async () => {
    await page.getByRole('heading', { level: 1, name: 'Harborview version update' }).waitFor();
    await page.getByRole('treeitem', { name: 'Needs you (0)' }).waitFor();
    await page.getByRole('treeitem', { name: /^From the release/ }).waitFor();
    await page.getByRole('button', { name: 'Incoming and current' }).click();
    for (const name of ['Kubernetes', 'Calico', 'vSphere CSI', 'NGINX ingress', 'Harborview platform']) {
      await layer(name).click();
      await page.getByRole('region', { name: `Merge of ${name}` }).waitFor();
      for (const pane of ['Incoming changes', 'Merged result', 'Current configuration']) await paneOf(pane).waitFor();
    }
    await expectTidy('R14-preview');
  });

  it('R15: carries over only the site’s own customisations, each with its reason', async () => {
    for (const [name, path, value] of [
      ['Kubernetes', 'pack.podCIDR', '172.27.0.0/16'],
      ['Kubernetes', 'pack.serviceClusterIpRange', '10.200.0.0/16'],
      ['Calico', 'charts.tigera-operator.installation.calicoNetwork.mtu', '8950'],
    ] as const) {
      await page.getByRole('button', { name: 'Change review' }).click();
      const decision = page
        .getByRole('treeitem')
        .filter({ has: page.getByTitle(path, { exact: true }) })
        .filter({ hasText: name });
      await decision.getByText('kept', { exact: true }).waitFor();
      await decision.click();
      const detail = paneOf('Decision');
      await detail.getByText(/The site changed it/).waitFor();
      await text(detail.getByRole('region', { name: 'Result here' }), value);
      await text(detail.getByRole('region', { name: 'Current here' }), value);
      await window.picture('R15-kept');
      await detail.getByRole('button', { name: 'Show in texts' }).click();
      await page.getByRole('region', { name: `Merge of ${name}` }).waitFor();
      await text(paneOf('Merged result'), value);
      await text(paneOf('Current configuration'), value);
    }
    await page.getByRole('button', { name: 'Change review' }).click();
    await expectTidy('R15-review');
    await page.getByText('Nothing is open. 10 customisations are kept.').waitFor();
  });

  it('R15: takes a result pasted by hand, and says what it would lose', async () => {
    const [draft] = (await site.administrator.api.get('/api/v1/upgrades', upgradeListSchema)).upgrades;
    const url = `/api/v1/upgrades/${draft?.id}/layers/k8s-kubernetes`;
    const { merged } = await site.administrator.api.get(url, layerPreviewSchema);
    await page.getByRole('button', { name: 'Incoming and current' }).click();
    await layer('Kubernetes').click();
    await page.getByRole('button', { name: 'Paste here: Current configuration' }).click();
    const editor = page.getByRole('textbox', { name: /Current configuration/ });
    await editor.click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText(merged.replace('172.27.0.0/16', '192.168.0.0/16'));
    await page.getByRole('button', { name: 'Use this text' }).click();
    await page.getByRole('region', { name: 'Merge of Kubernetes' }).getByText('edited by hand').first().waitFor();
    const { pasted } = await site.administrator.api.get(url, layerPreviewSchema);
    expect(pasted?.differences.map(({ path }) => path)).toEqual([['pack', 'podCIDR']]);
    await page.getByText('Nothing is open. 9 customisations are kept.').waitFor();
    await expectTidy('R15-pasted');
    await page.getByRole('button', { name: 'Back to merge' }).click();
    await page.getByText('Nothing is open. 10 customisations are kept.').waitFor();
  });

  it('R16: confirms, and the console is locked while the upgrade runs', async () => {
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    await expectTidy('R16-confirm');
    await page.getByRole('button', { name: 'Start update' }).click();
    await page.getByText('Console locked').waitFor();
    await page.getByRole('heading', { name: 'Steps' }).waitFor();
    await page.getByRole('progressbar', { name: 'Progress of the upgrade' }).waitFor();
    // No upgrade ran here before: nothing is made up.
    await page.getByText('end unknown').waitFor();
    await page.getByText('Point of no return', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'Waiting for' }).waitFor();
    await expectTidy('R16-running');
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await expectTidy('R16-running-dark');
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await expect(
      site.administrator.api.post('/api/v1/registries/spectro-packs/sync', {}, packRegistrySchema),
    ).rejects.toMatchObject({
      problem: { status: 423 },
    });
    await open('Pack Registries');
    await page.getByRole('button', { name: 'Actions for spectro-packs' }).click();
    expect(await page.getByRole('menuitem', { name: 'Sync' }).getAttribute('aria-disabled')).toBe('true');
    await window.picture('R16-locked');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Show progress' }).click();
  });

  it('R17: shows both sentences, each backed by checks', async () => {
    const [upgrade] = (await site.administrator.api.get('/api/v1/upgrades', upgradeListSchema)).upgrades;
    await waitUntil(
      'the end of the upgrade',
      async () =>
        (await site.administrator.api.get(`/api/v1/upgrades/${upgrade?.id}`, upgradeSchema)).state === 'succeeded',
      90_000,
    );
    await page.getByRole('heading', { name: 'Harborview 4.2.13 is installed' }).waitFor();
    // They come after the heading, and fade in.
    await page.getByText('On-prem system console is healthy', { exact: true }).waitFor();
    await expectTidy('R17-succeeded');
    await page.getByRole('tab', { name: /^Decisions and values/ }).click();
    await page.getByRole('treeitem', { name: /^Kept yours/ }).waitFor();
    await expectTidy('R17-values');
    await open('Summary');
    await page.getByText('You are using the latest version of Harborview', { exact: true }).waitFor();
    await page.getByText('On-prem system console is healthy', { exact: true }).waitFor();
    expect(await page.getByText('Console locked').count()).toBe(0);
    for (const toggle of await page.getByRole('button', { name: /checks passed/ }).all()) await toggle.click();
    await expectTidy('R17-summary');
  });

  it('keeps a record of all of it that anybody can read', async () => {
    await open('Audit Log');
    await page.getByText('bundle.upload').first().waitFor();
    await expectTidy('audit-log');
    await open('Nodes');
    await page.getByText('r_u-2204-0-k-12610-0').first().waitFor();
    await expectTidy('nodes');
    await open('Trusted Keys');
    await expectTidy('trusted-keys');
  });

  it('asked no other host for anything, and no page failed', () => {
    expect(window.foreignRequests).toEqual([]);
    // The browser itself reports answers such as 401 before the sign-in; pages handle those.
    expect(window.errors.filter((error) => !error.startsWith('Failed to load resource'))).toEqual([]);
  });

  /** Keeps a picture, and checks what a picture does not show. */
  async function expectTidy(name: string): Promise<void> {
    await window.picture(name);
    expect({ page: name, faults: await accessibilityFaults(page) }).toEqual({ page: name, faults: [] });
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow, `${name} is wider than the window`).toBe(0);
  }

  const open = (title: string) => openFromMenu(page, title);
  const layer = (name: string) => layerButton(page, name);
  const paneOf = (title: string) => paneIn(page, title);
});
