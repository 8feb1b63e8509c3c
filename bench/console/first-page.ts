import { peer } from '@sealift/testkit/peers';
import { type Browser, type CDPSession, chromium } from 'playwright-core';
import { type Row, row } from '../row.ts';
import { BenchConsole } from './running-console.ts';

/** All that comes over the wire until the first page stands, in thousands of bytes. */
const wireKilobytes = 300;
const interactiveMs = { direct: 1500, throttled: 3000 };
/** A line of 1.6 Mbit/s with 150 ms to the other end and back, as browsers throttle one; what goes up has half of that. */
const line = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
const opens = 5;
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

interface Opened {
  /** From the beginning of the navigation, ms. */
  readonly interactive: number;
  /** Heads and bodies as they came, fonts included; at a page without TLS. */
  readonly bytes: number;
}

/** The first page of somebody who is signed in and has nothing of it in the browser, over the line as it is and over a throttled one. */
export async function firstPageRows(note: (text: string) => void): Promise<Row[]> {
  const browserPeer = peer('chromium');
  if (browserPeer.missing) throw new Error(browserPeer.remedy);
  const console = new BenchConsole();
  let browser: Browser | undefined;
  try {
    note('building the pages, and a console that serves them');
    await console.start();
    await console.servePages();
    const cookie = await console.signIn();
    browser = await chromium.launch({ executablePath: browserPeer.path, args: flags });
    const [direct, throttled] = [new Array<Opened>(), new Array<Opened>()];
    for (let turn = 0; turn < opens; turn += 1) {
      direct.push(await openOnce(browser, console.url, cookie, false));
      throttled.push(await openOnce(browser, console.url, cookie, true));
    }
    const { direct: directMs, throttled: throttledMs } = interactiveMs;
    return [
      row('first page over the wire', 'kB', middle(throttled, ({ bytes }) => bytes) / 1000, wireKilobytes, 'limit'),
      row(
        'first page interactive',
        'ms',
        middle(direct, ({ interactive }) => interactive),
        directMs,
        'limit',
      ),
      row(
        'first page interactive at 1.6 Mbit/s',
        'ms',
        middle(throttled, ({ interactive }) => interactive),
        throttledMs,
        'limit',
      ),
    ];
  } finally {
    await browser?.close();
    await console.stop();
  }
}

function middle(opened: readonly Opened[], of: (one: Opened) => number): number {
  return opened.map(of).toSorted((a, b) => a - b)[Math.floor(opened.length / 2)] ?? 0;
}

async function openOnce(browser: Browser, url: string, cookie: string, isThrottled: boolean): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  try {
    const at = cookie.indexOf('=');
    await context.addCookies([{ name: cookie.slice(0, at), value: cookie.slice(at + 1), url }]);
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    if (isThrottled) await session.send('Network.emulateNetworkConditions', line);
    const bytes = countBytes(session);
    await page.goto(url, { waitUntil: 'commit' });
    const interactive = await page.evaluate<number>(whenInteractive);
    await page.evaluate('document.fonts.ready');
    return { interactive, bytes: bytes() };
  } finally {
    await context.close();
  }
}

function countBytes(session: CDPSession): () => number {
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  return () => bytes;
}

/**
 * When the Summary stands with what the server said and can be used: its heading and its menu are there, nothing is being read any more, a frame
 * was drawn, and the thread of the page was free for a moment (ms since the navigation began).
 */
const whenInteractive = `new Promise((resolve) => {
  const isThere = () =>
    document.querySelector('h1')?.textContent === 'Summary' &&
    document.querySelector('nav a') !== null &&
    document.querySelector('.loading') === null;
  const look = () => {
    if (isThere()) setTimeout(() => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()), 0)), 0);
    else requestAnimationFrame(look);
  };
  look();
})`;
