import { layerPreviewSchema, upgradeSchema } from '@sealift/core/api';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { peer } from '@sealift/testkit/peers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from './setup/accessibility.ts';
import { openWindow, type Window } from './setup/browser.ts';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';
import { signInByPassword } from './setup/sign-in-page.ts';

const chromium = peer('chromium');
/** In the audit policy of the API server, a text of fifty lines: the release changes the first of these lines too. */
const ofSite = {
  'nonResourceURLs: ["/healthz*", "/version", "/swagger*"]': 'nonResourceURLs: ["/healthz*", "/version", "/metrics*"]',
  'verbs: ["watch"]': 'verbs: ["watch", "list"]',
};

describe.skipIf(chromium.missing)(
  `a long text that site and release changed, in a browser (${chromium.remedy})`,
  () => {
    let site: TestEnvironment;
    let window: Window;
    let page: Page;
    let id = '';
    beforeAll(async () => {
      site = await startEnvironment(40, (values, pack) =>
        pack === 'kubernetes'
          ? Object.entries(ofSite).reduce((text, [from, to]) => text.replace(from, to), values)
          : values,
      );
      window = await openWindow(chromium.path, site.administrator.api.url);
      page = window.page;
      page.setDefaultTimeout(60_000);
    });
    afterAll(async () => {
      await window?.close();
      await site?.remove();
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
