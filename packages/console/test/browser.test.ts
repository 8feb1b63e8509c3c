// @vitest-environment node
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peer } from '@sealift/testkit/peers';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FixtureApi } from './fixture/fixture-api.ts';
import { type FixtureServer, serveFixture } from './fixture/serve.ts';

const browserPeer = peer('chromium');
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const addresses = [
  '/',
  '/cluster/profile?layer=cni-cni-calico',
  '/cluster/nodes',
  '/cluster/overview',
  '/cluster/events',
  '/cluster/kubeconfig',
  '/administration/site',
  '/updates',
  '/updates/up-1',
  '/administration/backups',
  '/administration/registries',
  '/administration/trusted-keys',
  '/administration/accounts',
  '/administration/tokens',
  '/administration/single-sign-on',
  '/administration/login-banner',
  '/administration/audit',
  '/account',
];

describe.skipIf(browserPeer.missing)(`in a browser (${browserPeer.remedy})`, () => {
  let pages: string;
  let site: FixtureServer;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const hosts = new Set<string>();

  beforeAll(async () => {
    pages = await mkdtemp(join(tmpdir(), 'sealift-console-'));
    const root = join(import.meta.dirname, '..');
    await build({ root, logLevel: 'error', build: { outDir: pages, emptyOutDir: true } });
    site = await serveFixture(pages, new FixtureApi());
    browser = await chromium.launch({ executablePath: browserPeer.path, args: flags });
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

  test.each(['light', 'dark'] as const)(
    'every page meets WCAG 2.2 AA in %s colours, code and contrast included',
    async (scheme) => {
      const axe = await readFile(axePath, 'utf8');
      const faults: string[] = [];
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      for (const address of addresses) {
        await page.goto(site.url + address);
        await page.locator('h1').waitFor();
        await expect.poll(() => page.locator('.loading').count(), { timeout: 20_000 }).toBe(0);
        await page.evaluate(axe);
        const found = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
          `axe.run({ runOnly: ${JSON.stringify(standards)} }).then(({ violations }) => violations)`,
        );
        faults.push(...found.map(({ id, nodes }) => `${address} ${id}: ${nodes[0]?.html}`));
      }
      expect(faults).toEqual([]);
    },
    180_000,
  );

  test('the preview fits a laptop screen: nothing overlaps, nothing scrolls out of sight', async () => {
    await page.goto(`${site.url}/updates/up-1`);
    const boxes = [];
    for (const name of ['Incoming changes', 'Merged result', 'Current configuration', 'Decisions']) {
      boxes.push(await page.getByRole('region', { name }).boundingBox());
    }
    const [incoming, merged, current, decisions] = boxes;
    const confirm = await page.getByRole('button', { name: 'Confirm' }).boundingBox();
    if (!incoming || !merged || !current || !decisions || !confirm) throw new Error('a part of the preview is missing');
    expect(incoming.x + incoming.width).toBeLessThanOrEqual(merged.x + 1);
    expect(merged.x + merged.width).toBeLessThanOrEqual(current.x + 1);
    expect(current.y + current.height).toBeLessThanOrEqual(decisions.y);
    expect(decisions.y + decisions.height).toBeLessThanOrEqual(confirm.y);
    expect(confirm.x + confirm.width).toBeLessThanOrEqual(1366);
    expect(confirm.y + confirm.height).toBeLessThanOrEqual(768);
    expect(incoming.height).toBeGreaterThan(150);
  });

  test('runs under a policy without inline code or styles, and asks no other host for anything', () => {
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([new URL(site.url).host]);
  });
});
