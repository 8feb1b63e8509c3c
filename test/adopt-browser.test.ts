import { profileViewSchema } from '@sealift/core/api';
import { peer } from '@sealift/testkit/peers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from './setup/accessibility.ts';
import { type BareConsole, startBareConsole } from './setup/bare-console.ts';
import { openWindow, type Window } from './setup/browser.ts';
import { signInByPassword } from './setup/sign-in-page.ts';

const chromium = peer('chromium');

describe.skipIf(chromium.missing)(`a platform that is adopted in a browser (${chromium.remedy})`, () => {
  let site: BareConsole;
  let window: Window;
  let page: Page;
  beforeAll(async () => {
    site = await startBareConsole();
    window = await openWindow(chromium.path, site.url);
    page = window.page;
    page.setDefaultTimeout(60_000);
  });
  afterAll(async () => {
    await window?.close();
    await site?.remove();
  });

  /** In both colours, and at twice the size: pictures, accessibility, nothing wider than the window. */
  async function tidy(name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await window.picture(`${name}-${colorScheme}`);
      expect({ name, faults: await accessibilityFaults(page) }).toEqual({ name, faults: [] });
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 720, height: 450 });
    await window.picture(`${name}-zoomed`);
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    await page.setViewportSize({ width: 1440, height: 900 });
    expect({ name, overflow }).toEqual({ name, overflow: 0 });
  }
  const step = (title: string) => page.getByRole('region', { name: title });

  it('is led to from the Summary, and told that there is no release yet to compare with', async () => {
    await page.goto('/');
    await signInByPassword(page, site.administrator);
    await tidy('adopt-summary');
    await page.getByRole('button', { name: 'Adopt a platform' }).click();
    await page.getByRole('heading', { level: 1, name: 'Adopt a Platform' }).waitFor();
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    await page.getByRole('link', { name: 'Sync the releases in Pack Registries' }).waitFor();
    await tidy('adopt-no-release');
  });

  it('shows the release that runs, with each layer and node', async () => {
    await site.takeRelease();
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    await page.getByRole('heading', { name: '2. What was found, beside Harborview 4.2.12' }).waitFor();
    await page.getByText('Nothing: the site is as Harborview 4.2.12.').waitFor();
    const profile = page.getByRole('grid', { name: 'Layers' });
    expect(await profile.getByText('As released').count()).toBe((await profile.getByRole('row').count()) - 1);
    await tidy('adopt-found');
  });

  it('holds what a person says against what runs', async () => {
    const adopt = page.getByRole('button', { name: /^Adopt Harborview/ });
    await page.getByRole('button', { name: /^Give its values: cni\/.*calico$/ }).click();
    expect(await adopt.getAttribute('aria-disabled')).toBe('true');
    const field = page.getByRole('textbox', { name: /^Values of cni/ });
    await field.fill('mtu: 1\n');
    await page.getByRole('button', { name: 'Look again with what you say' }).click();
    await step('4. What differs').getByText('Give none: what was applied is known from the cluster.').waitFor();
    expect(await adopt.getAttribute('aria-disabled')).toBe('true');
    await tidy('adopt-differs');
    await page.getByRole('button', { name: /^Take back what you say of cni/ }).click();
    await page.getByRole('button', { name: 'Look again', exact: true }).click();
    await page.getByText('Nothing: the site is as Harborview 4.2.12.').waitFor();
  });

  it('records it once it is confirmed, with the values that run', async () => {
    await page.getByRole('button', { name: /^Adopt Harborview/ }).click();
    const dialog = page.getByRole('dialog');
    await tidy('adopt-confirm');
    await dialog.getByRole('button', { name: 'Adopt', exact: true }).click();
    await page.getByRole('heading', { name: 'Harborview 4.2.12 is recorded as installed' }).waitFor();
    await tidy('adopt-recorded');
    const { version, layers } = await site.administrator.api.get('/api/v1/profile', profileViewSchema);
    expect([version, layers.some(({ customisations }) => customisations > 0)]).toEqual(['4.2.12', true]);
    expect(window.errors.filter((error) => !error.startsWith('Failed to load resource'))).toEqual([]);
    expect(window.foreignRequests).toEqual([]);
  });
});
