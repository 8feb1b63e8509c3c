import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { remember } from './open-windows.ts';

const screenshots = join(fileURLToPath(new URL('..', import.meta.url)), 'screenshots');

/** Waits for what moves and comes to an end: half-faded text is no fault of the page. */
const stillness = `Promise.allSettled(
  document.getAnimations()
    .filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime))
    .map((one) => one.finished),
)`;

/** A browser window on a console, which remembers what a person would not see. */
export interface Window {
  readonly page: Page;
  /** Errors that pages wrote to the browser's console or threw. */
  readonly errors: readonly string[];
  /** Addresses outside the console that a page asked for. */
  readonly foreignRequests: readonly string[];
  /** Keeps a picture in `test/screenshots/`. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens Debian's chromium on a laptop-sized screen, with a fresh profile. */
export async function openWindow(executablePath: string, url: string): Promise<Window> {
  await mkdir(screenshots, { recursive: true });
  const browser: Browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const errors: string[] = [];
  const foreignRequests: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
  });
  const refusals: string[] = [];
  page.on('response', (answer) => {
    if (answer.status() < 400) return;
    const about = `${answer.status()} ${answer.request().method()} ${answer.url()}`;
    void answer.text().then(
      (text) => refusals.push(`${about} ${text.slice(0, 1000)}`),
      () => refusals.push(about),
    );
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== new URL(url).origin)
      foreignRequests.push(request.url());
  });
  const picture = async (name: string): Promise<void> => {
    await page.evaluate(stillness);
    await page.screenshot({ path: join(screenshots, `${name}.png`) });
  };
  const forget = remember({
    async tell(name) {
      const text = await page.innerText('body', { timeout: 5000 }).catch(String);
      await picture(name).catch(() => undefined);
      return [`The window at ${page.url()} shows:`, text, 'Refused:', ...refusals, 'Errors:', ...errors].join('\n');
    },
  });
  return {
    page,
    errors,
    foreignRequests,
    picture,
    async close() {
      forget();
      await browser.close();
    },
  };
}
