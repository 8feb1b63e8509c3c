// @vitest-environment node
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { peer } from '@sealift/testkit/peers';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { accessibilityFaults, keepPicture, launchBrowser } from './in-browser.ts';

const root = join(import.meta.dirname, '..');
const storybook = createRequire(import.meta.url).resolve('storybook/internal/bin/dispatcher');
const browserPeer = peer('chromium');
/** Where the stories seem to be served from: nothing listens there. */
const site = 'http://stories.test';
const patience = 240_000;

const indexSchema = z.object({ entries: z.record(z.string(), z.object({ id: z.string() })) });

test('each component that pages share has stories', async () => {
  const names = await readdir(join(root, 'src/components'));
  const components = names.filter((name) => /^[^.]+\.tsx$/.test(name)).map((name) => name.replace('.tsx', ''));
  expect(components.length).toBeGreaterThan(20);
  expect(components.filter((name) => !names.includes(`${name}.stories.tsx`))).toEqual([]);
});

describe.skipIf(browserPeer.missing)(`stories in a browser (${browserPeer.remedy})`, () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  let stories: readonly string[];
  const strangers: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-stories-'));
    const words = ['build', '--config-dir', '.storybook', '--output-dir', folder, '--quiet'];
    await promisify(execFile)(process.execPath, [storybook, ...words], {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production', STORYBOOK_DISABLE_TELEMETRY: '1' },
      maxBuffer: 2 ** 24,
    });
    const { entries } = indexSchema.parse(JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')));
    stories = Object.keys(entries);
    browser = await launchBrowser(browserPeer.path);
    page = await browser.newPage({ viewport: { width: 1366, height: 768 }, reducedMotion: 'reduce' });
    await page.route('**/*', async (route) => {
      const { origin, pathname } = new URL(route.request().url());
      if (origin === site) return route.fulfill({ path: join(folder, pathname) });
      strangers.push(origin);
      return route.abort();
    });
  }, patience);

  afterAll(async () => {
    await browser?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  test(
    'each is drawn, and meets WCAG 2.2 AA in light and in dark colours',
    async () => {
      expect(stories.length).toBeGreaterThan(100);
      await page.goto(`${site}/iframe.html`);
      await page.waitForFunction('globalThis.__STORYBOOK_ADDONS_CHANNEL__ !== undefined');
      const faults: string[] = [];
      for (const story of stories) {
        const problem = await show(page, story);
        if (problem !== null) faults.push(`${story}: ${problem}`);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page
            .locator(colorScheme === 'dark' ? 'html.pf-v6-theme-dark' : 'html:not(.pf-v6-theme-dark)')
            .waitFor();
          faults.push(...(await accessibilityFaults(page)).map((fault) => `${story}, ${colorScheme}: ${fault}`));
          await keepPicture(page, `${story}-${colorScheme}`);
        }
      }
      expect(faults).toEqual([]);
      expect(strangers).toEqual([]);
    },
    patience,
  );
});

/** Has Storybook draw a story; what went wrong, or null. */
async function show(page: Page, storyId: string): Promise<string | null> {
  return page.evaluate(
    (id) =>
      new Promise<string | null>((resolve) => {
        const { __STORYBOOK_ADDONS_CHANNEL__: channel } = globalThis as unknown as {
          __STORYBOOK_ADDONS_CHANNEL__: Channel;
        };
        const inWords = (said: unknown): string =>
          said instanceof Error || (typeof said === 'object' && said !== null && 'message' in said)
            ? String(said.message)
            : JSON.stringify(said);
        const ends = {
          storyFinished: () => null,
          storyMissing: () => 'there is no such story',
          storyErrored: inWords,
          storyThrewException: inWords,
          playFunctionThrewException: inWords,
        };
        for (const [event, told] of Object.entries(ends)) channel.once(event, (said) => resolve(told(said)));
        channel.emit('setCurrentStory', { storyId: id, viewMode: 'story' });
      }),
    storyId,
  );
}

/** What Storybook tells, and is told, by. */
interface Channel {
  once(event: string, hear: (said: unknown) => void): void;
  emit(event: string, said: unknown): void;
}
