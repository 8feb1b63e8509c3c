// @vitest-environment node
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peer } from '@sealift/testkit/peers';
import type { Browser, Locator, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FixtureApi } from './fixture/fixture-api.ts';
import { type FixtureServer, serveFixture } from './fixture/serve.ts';
import { accessibilityFaults, launchBrowser } from './in-browser.ts';
import { reviewInBrowser } from './review-in-browser.ts';

const browserPeer = peer('chromium');
/** What an answer's head takes at most. */
const headersBytes = 500;

const addresses = [
  '/',
  '/cluster/profile?layer=cni-cni-calico',
  '/cluster/profile?layer=cni-cni-calico&edit=values',
  '/cluster/nodes',
  '/cluster/overview',
  '/cluster/events',
  '/cluster/kubeconfig',
  '/cluster/adopt',
  '/administration/site',
  '/updates',
  '/updates/up-1',
  '/updates/up-1?texts=csi-csi-vsphere',
  '/updates/up-1?part=plan',
  '/administration/backups',
  '/administration/registries',
  '/administration/registries/spectro-packs/repositories',
  '/administration/registries/spectro-packs/contents?repository=sealift/packs/spectro-packs/archive/calico',
  '/administration/packs',
  '/administration/trusted-keys',
  '/administration/accounts',
  '/administration/tokens',
  '/administration/single-sign-on',
  '/administration/login-banner',
  '/administration/audit',
  '/administration/certificates',
  '/administration/notifications',
  '/administration/support',
  '/gateways',
  '/account',
];

/** With an upgrade that runs. */
const running = ['/updates/up-1?part=course', '/updates/up-1?part=values', '/administration/backups?locked'];

describe.skipIf(browserPeer.missing)(`in a browser (${browserPeer.remedy})`, () => {
  let pages: string;
  let site: FixtureServer;
  let browser: Browser;
  const api = new FixtureApi();
  let page: Page;
  const complaints: string[] = [];
  const hosts = new Set<string>();

  beforeAll(async () => {
    pages = await mkdtemp(join(tmpdir(), 'sealift-console-'));
    const root = join(import.meta.dirname, '..');
    // As they ship: with React's code for production.
    vi.stubEnv('NODE_ENV', 'production');
    await build({ root, logLevel: 'error', build: { outDir: pages, emptyOutDir: true } });
    vi.unstubAllEnvs();
    site = await serveFixture(pages, api);
    browser = await launchBrowser(browserPeer.path);
    page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    if (pages !== undefined) await rm(pages, { recursive: true, force: true });
  });

  test('each page without a name in its address is looked at', async () => {
    const listed = await readFile(join(import.meta.dirname, '../src/app/pages.tsx'), 'utf8');
    const paths = [...listed.matchAll(/path: '([^':]+)'/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(15);
    const visited = new Set(addresses.map((address) => address.split('?', 1)[0]));
    expect(paths.filter((path) => !visited.has(path))).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    'every page meets WCAG 2.2 AA in %s colours, code and contrast included',
    async (scheme) => {
      const faults: string[] = [];
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      for (const address of [...addresses, ...running]) {
        api.progress = running.includes(address) ? 3 : null;
        await page.goto(site.url + address);
        await page.locator('h1').waitFor();
        await expect.poll(() => page.locator('.loading').count(), { timeout: 20_000 }).toBe(0);
        const found = await accessibilityFaults(page);
        faults.push(...found.map((fault) => `${address} ${fault}`));
      }
      api.progress = null;
      expect(faults).toEqual([]);
    },
    180_000,
  );

  const boxOf = async (part: Locator) => {
    const box = await part.boundingBox();
    if (box === null) throw new Error('a part of the preview is missing');
    return { left: box.x, right: box.x + box.width, top: box.y, bottom: box.y + box.height };
  };

  test('a layer’s values are edited by keyboard, told wrong at their line, and become a draft', async () => {
    await page.goto(`${site.url}/cluster/profile?layer=cni-cni-calico`);
    await page.getByRole('button', { name: 'Edit values of Calico' }).click();
    const editor = page.getByRole('textbox', { name: 'New values of Calico' });
    await editor.click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('mtu: many');
    await page.getByRole('button', { name: 'Line 1' }).waitFor();
    await page.locator('.cm-conflict').waitFor();
    const look = page.getByRole('button', { name: 'Look at the change' });
    expect(await look.getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('button', { name: 'Line 1' }).click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('mtu: 8000');
    await page.getByText('Fits the pack').waitFor();
    await look.click();
    await page.waitForURL('**/updates/up-1');
    expect(api.layerValues.applied).toBe('mtu: 8000');
  }, 60_000);

  test('the preview fits a laptop screen: nothing overlaps, nothing scrolls out of sight', async () => {
    await page.goto(`${site.url}/updates/up-1`);
    const list = await boxOf(page.getByRole('tree', { name: 'Decisions' }));
    const decision = await boxOf(page.getByRole('region', { name: 'Decision' }));
    const confirm = await boxOf(page.getByRole('button', { name: 'Confirm' }));
    expect(list.right).toBeLessThanOrEqual(decision.left + 1);
    expect(list.bottom).toBeLessThanOrEqual(confirm.top);
    expect(confirm.right).toBeLessThanOrEqual(1366);
    expect(confirm.bottom).toBeLessThanOrEqual(768);
    for (const name of ['Current here', 'Incoming here']) {
      const side = await boxOf(page.getByRole('region', { name }));
      expect(side.bottom).toBeLessThanOrEqual(confirm.top);
    }
  });

  test('the panes fit as well, and scroll together, what belongs together on one line', async () => {
    await page.goto(`${site.url}/updates/up-1?texts=cni-cni-calico`);
    const panes = ['Incoming changes', 'Merged result', 'Current configuration'].map((name) =>
      page.getByRole('region', { name, exact: true }),
    );
    const [incoming, merged, current] = await Promise.all(panes.map(boxOf));
    const confirm = await boxOf(page.getByRole('button', { name: 'Confirm' }));
    expect(incoming?.right).toBeLessThanOrEqual((merged?.left ?? 0) + 1);
    expect(merged?.right).toBeLessThanOrEqual((current?.left ?? 0) + 1);
    expect(merged?.bottom).toBeLessThanOrEqual(confirm.top);
    expect((merged?.bottom ?? 0) - (merged?.top ?? 0)).toBeGreaterThan(250);
    const level = async (line: string): Promise<number[]> => {
      const boxes = await Promise.all(panes.map(async (pane) => await boxOf(pane.getByText(line).first())));
      return boxes.map(({ top }) => Math.round(top));
    };
    expect(new Set(await level('backend: bird')).size).toBe(1);
    await panes[0]?.locator('.cm-scroller').evaluate((scroller: HTMLElement) => scroller.scrollTo({ top: 1e6 }));
    // Two lines that the release adds stand above it.
    await page.getByText('logLevel: info').first().waitFor();
    expect(new Set(await level('logLevel: info')).size).toBe(1);
  });

  test('decides by keys alone: the first conflict within one key, and the focus is seen to move', async () => {
    await page.goto(`${site.url}/updates/up-1`);
    await page.getByRole('tree', { name: 'Decisions' }).waitFor();
    await page.keyboard.press('i');
    await page.getByText('1 of 2 settled', { exact: true }).waitFor();
    const focused = page.locator('[role="treeitem"]:focus');
    expect(await focused.textContent()).toContain('interval');
    expect(await focused.evaluate((line) => getComputedStyle(line).outlineStyle)).toBe('solid');
    await page.keyboard.press('u');
    await page.getByText('0 of 2 settled', { exact: true }).waitFor();
  });

  reviewInBrowser(() => ({ page, url: site.url, api }));

  test('the first page takes less than 300 kB over TLS, fonts and headers included', async () => {
    const fresh = await browser.newPage();
    const asked = new Set<string>();
    fresh.on('request', (request) => asked.add(new URL(request.url()).pathname));
    await fresh.goto(site.url);
    await fresh.getByRole('heading', { level: 1, name: 'Summary' }).waitFor();
    await expect.poll(() => fresh.locator('.loading').count()).toBe(0);
    await fresh.evaluate('document.fonts.ready');
    await fresh.close();
    const sizes = await Promise.all(
      [...asked].map(async (path) => {
        const file = join(pages, path === '/' ? 'index.html' : path);
        // As the console sends it: compressed where that was worth it. Answers of the API are small here.
        const found = (await stat(`${file}.br`).catch(() => undefined)) ?? (await stat(file).catch(() => undefined));
        return headersBytes + (found?.size ?? 1000);
      }),
    );
    expect(sizes.length).toBeGreaterThan(5);
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(300_000);
  });

  test('runs under a policy without inline code or styles, and asks no other host for anything', () => {
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([new URL(site.url).host]);
  });
});
