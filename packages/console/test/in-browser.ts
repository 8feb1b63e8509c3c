import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

/** A colour on its way to another one is neither. Not by an element: the pages' policy forbids styles within them. */
const standStill = `(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('*, ::before, ::after { transition: none !important }');
  document.adoptedStyleSheets = [sheet];
})()`;

/** A Chromium that asks nobody by itself. */
export async function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags });
}

/** What on a page does not meet WCAG 2.2 AA, each rule with the first place: contrast included, since there is a layout. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(standStill);
  const isThere = await page.evaluate(`typeof axe !== 'undefined'`);
  if (isThere !== true) await page.evaluate(await readFile(axePath, 'utf8'));
  const found = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    `axe.run({ runOnly: ${JSON.stringify(standards)} }).then(({ violations }) => violations)`,
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

/** Where somebody wants to look at pages by himself, `SEALIFT_SCREENSHOTS` names a folder for them. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['SEALIFT_SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
}
