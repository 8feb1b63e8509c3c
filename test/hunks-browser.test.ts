import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hunkedTextListSchema, layerPreviewSchema, upgradeSchema } from '@sealift/core/api';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { peer } from '@sealift/testkit/peers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from './setup/accessibility.ts';
import { openWindow, type Window } from './setup/browser.ts';
import { unpackExecutable } from './setup/bundle-executable.ts';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';
import { signInByPassword } from './setup/sign-in-page.ts';

const chromium = peer('chromium');
/** In the audit policy of the API server, a text of fifty lines: the release changes the first of these lines too. */
const ofSite = {
  'nonResourceURLs: ["/healthz*", "/version", "/swagger*"]': 'nonResourceURLs: ["/healthz*", "/version", "/metrics*"]',
  'verbs: ["watch"]': 'verbs: ["watch", "list"]',
};

/** Of the console that the executable is, with its own pages. */
describe.skipIf(chromium.missing)(
  `a long text that site and release changed, in a browser (${chromium.remedy})`,
  () => {
    let folder: string;
    let site: TestEnvironment;
    let window: Window;
    let page: Page;
    let id = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sealift-hunks-'));
      const executable = await unpackExecutable(join(folder, 'sealift'));
      const ownValues = (values: string, pack: string): string =>
        pack === 'kubernetes'
          ? Object.entries(ofSite).reduce((text, [from, to]) => text.replace(from, to), values)
          : values;
      site = await startEnvironment(40, ownValues, { executable });
      window = await openWindow(chromium.path, site.administrator.api.url);
      page = window.page;
      page.setDefaultTimeout(60_000);
    });
    afterAll(async () => {
      await window?.close();
      await site?.remove();
      await rm(folder, { recursive: true, force: true });
    });

    const preview = () =>
      site.administrator.api.get(`/api/v1/upgrades/${id}/layers/k8s-kubernetes`, layerPreviewSchema);

    it('is open in one hunk only, what one side changed merged by itself', async () => {
      const { api } = site.administrator;
      await syncRegistry(api, new AbortController().signal);
      id = (await api.post('/api/v1/upgrades', { to: '4.2.13' }, upgradeSchema)).id;
      await page.goto('/');
      await signInByPassword(page, site.administrator);
      await page.goto(`/updates/${id}`);
      await page.getByRole('treeitem', { name: /^content/ }).click();
      const panel = page.getByRole('region', { name: 'Hunks' });
      await panel.getByRole('heading', { name: 'Hunk 1 of 1' }).waitFor();
      await panel.getByText('0 settled, 1 other change merged by itself').waitFor();
      await panel.getByRole('region', { name: 'Current in this hunk' }).getByText('/metrics*').first().waitFor();
      await panel.getByRole('region', { name: 'Incoming in this hunk' }).getByText('/livez*').first().waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await window.picture(`hunks-${colorScheme}`);
        expect(await accessibilityFaults(page)).toEqual([]);
      }
    });

    it('is saved by the server as both sides changed it, with what the site changed elsewhere in it', async () => {
      await page.keyboard.press('i');
      await expect.poll(async () => (await preview()).resolutions.length).toBe(1);
      const [resolution] = (await preview()).resolutions;
      const value = resolution !== undefined && 'value' in resolution ? resolution.value : '';
      expect(value).toContain('"/livez*"');
      expect(value).toContain('verbs: ["watch", "list"]');
      expect(value).not.toContain('/metrics*');
      await page.reload();
      // It is settled for whoever looks.
      await page.getByRole('treeitem', { name: /^content/ }).click();
      await page.getByRole('tree', { name: 'Decisions' }).waitFor();
      expect((await preview()).resolutions).toHaveLength(1);
      expect(window.errors.filter((error) => !error.startsWith('Failed to load resource'))).toEqual([]);
    });
  },
);

/** With a key among its lines every change of the text is asked about: three hunks. */
const withKey = {
  ...ofSite,
  '          - level: RequestResponse\n':
    '          # The key is the one that begins with -----BEGIN PUBLIC KEY-----.\n          - level: RequestResponse\n',
};

describe.skipIf(chromium.missing)(`hunks of a text that is not settled yet, in a browser (${chromium.remedy})`, () => {
  let site: TestEnvironment;
  let window: Window;
  let id = '';
  beforeAll(async () => {
    site = await startEnvironment(40, (values, pack) =>
      pack === 'kubernetes'
        ? Object.entries(withKey).reduce((text, [from, to]) => text.replace(from, to), values)
        : values,
    );
    window = await openWindow(chromium.path, site.administrator.api.url);
    const { api } = site.administrator;
    await syncRegistry(api, new AbortController().signal);
    id = (await api.post('/api/v1/upgrades', { to: '4.2.13' }, upgradeSchema)).id;
  });
  afterAll(async () => {
    await window?.close();
    await site?.remove();
  });

  const line = (page: Page) => page.getByRole('treeitem', { name: /^content/ });
  const panel = (page: Page) => page.getByRole('region', { name: 'Hunks' });

  it('stand after a reload, at the one that is open, and nothing of them is in the browser’s storage', async () => {
    const { page } = window;
    page.setDefaultTimeout(60_000);
    await page.goto('/');
    await signInByPassword(page, site.administrator);
    await page.goto(`/updates/${id}`);
    await line(page).click();
    await panel(page).getByRole('heading', { name: 'Hunk 1 of 3' }).waitFor();
    await page.keyboard.press('e');
    await page.getByRole('textbox', { name: /^Lines for hunk 1/ }).fill('    # nothing is left out');
    await page.getByRole('button', { name: 'Use these lines' }).click();
    await page.keyboard.press('c');
    await line(page).getByText('2 of 3 hunks settled').waitFor();
    await expect.poll(async () => (await hunked())[0]?.hunks.length).toBe(2);
    const stored = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
    expect(stored).not.toContain('nothing is left out');
    await page.reload();
    await line(page).getByText('2 of 3 hunks settled').waitFor();
    await panel(page).getByRole('heading', { name: 'Hunk 3 of 3' }).waitFor();
    await panel(page).getByText('2 settled').waitFor();
    await window.picture('hunks-after-reload');
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('stand in another window, which shows what the first one settles, and after the session has ended', async () => {
    const { page } = window;
    const other = await page.context().newPage();
    await other.goto(`/updates/${id}`);
    await line(other).getByText('2 of 3 hunks settled').waitFor();
    await page.keyboard.press('u');
    await page.getByText('Hunk 2 of 3 is open again.').waitFor({ state: 'attached' });
    await line(other).getByText('1 of 3 hunks settled').waitFor();
    await other.close();
    await page.context().clearCookies();
    await page.keyboard.press('i');
    await page.getByLabel('User name').fill(site.administrator.username);
    await page.getByLabel('Password').fill(site.administrator.password.reveal());
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await line(page).getByText('2 of 3 hunks settled').waitFor();
    await expect.poll(async () => (await hunked())[0]?.hunks.length).toBe(2);
  });

  it('come to one value of one’s own, which is opened again with them by a key after a reload', async () => {
    const { page } = window;
    await line(page).click();
    await panel(page).getByRole('heading', { name: 'Hunk 3 of 3' }).waitFor();
    await page.keyboard.press('c');
    await line(page).getByText('own value').waitFor();
    await page.reload();
    await line(page).click();
    await page.keyboard.press('u');
    await panel(page).getByText('Every hunk is settled, and the text is not saved.').waitFor();
    await line(page).getByText('3 of 3 hunks settled').waitFor();
    expect(window.errors.filter((error) => !error.startsWith('Failed to load resource'))).toEqual([]);
  });

  const hunked = async () =>
    (await site.administrator.api.get(`/api/v1/upgrades/${id}/hunks`, hunkedTextListSchema)).texts;
});
