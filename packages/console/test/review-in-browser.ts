import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { FixtureApi } from './fixture/fixture-api.ts';
import { accessibilityFaults, keepPicture } from './in-browser.ts';

/** What the tests of a browser share. */
export interface InBrowser {
  readonly page: Page;
  readonly url: string;
  readonly api: FixtureApi;
}

/** Machines under load are slow, and no test says anything about time. */
const patience = 120_000;
const poll = { timeout: 20_000 };
const paneNames = ['Incoming changes', 'Merged result', 'Current configuration'];

/** The keys of a person who has no mouse, counted. */
function countedKeys(page: Page) {
  const pressed: string[] = [];
  return {
    pressed,
    press: async (key: string): Promise<void> => {
      pressed.push(key);
      await page.keyboard.press(key);
    },
  };
}

/** Registers the tests of the change review in a real browser; what they work with is there once they run. */
export function reviewInBrowser(shared: () => InBrowser): void {
  const focusedKey = (page: Page): Promise<string | null> =>
    page.evaluate(() => document.activeElement?.getAttribute('data-key') ?? null);
  const panes = (page: Page): Locator[] => paneNames.map((name) => page.getByRole('region', { name, exact: true }));

  test(
    'the first conflict is reached with five keys from Update Management, and settled with one more',
    async () => {
      const { page, url, api } = shared();
      api.edits.resolutions.clear();
      await page.goto(`${url}/updates`);
      await page
        .getByRole('button', { name: /^Update to/ })
        .first()
        .waitFor();
      const { pressed, press } = countedKeys(page);
      await press('Tab');
      await press('Enter');
      while (
        !(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')?.startsWith('Update to')))
      ) {
        expect(pressed.length).toBeLessThan(5);
        await press('Tab');
      }
      await press('Enter');
      await page.getByText('0 of 2 settled', { exact: true }).waitFor();
      const first = page.getByRole('treeitem', { name: /^replicas in controller/ });
      expect(await first.getAttribute('aria-selected')).toBe('true');
      expect(pressed.length).toBeLessThanOrEqual(5);
      await press('i');
      await page.getByText('1 of 2 settled', { exact: true }).waitFor();
      expect(await focusedKey(page)).toContain('interval');
      api.edits.resolutions.clear();
    },
    patience,
  );

  test(
    'the focus is back where it was: after a dialog, after a reload, and after going back',
    async () => {
      const { page, url } = shared();
      const at = 'cni-cni-calico:calico.mtu';
      await page.goto(`${url}/updates/up-1`);
      await page.getByRole('treeitem', { name: /^mtu/ }).click();
      await expect.poll(() => new URL(page.url()).searchParams.get('row'), poll).toBe(at);
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await expect.poll(() => focusedKey(page), poll).toBe(at);
      await page.getByRole('textbox', { name: 'Search decisions' }).fill('1440');
      await expect.poll(() => new URL(page.url()).searchParams.get('q'), poll).toBe('1440');
      await page.getByRole('treeitem', { name: /^mtu/ }).click();
      await expect.poll(() => new URL(page.url()).searchParams.get('row'), poll).toBe(at);
      await page.reload();
      await expect.poll(() => focusedKey(page), poll).toBe(at);
      expect(await page.getByRole('textbox', { name: 'Search decisions' }).inputValue()).toBe('1440');
      await page.getByRole('link', { name: 'Packs', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'Packs' }).waitFor();
      await page.goBack();
      await expect.poll(() => focusedKey(page), poll).toBe(at);
      expect(await page.getByRole('treeitem').count()).toBeLessThan(6);
    },
    patience,
  );

  test.each(['light', 'dark'] as const)(
    'a long text is settled hunk by hunk, in %s colours',
    async (colorScheme) => {
      const { page, url, api } = shared();
      api.longConflict = 'long';
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const row = encodeURIComponent('addon-harborview:files["nginx.conf"]');
      await page.goto(`${url}/updates/up-1?row=${row}`);
      const hunks = page.getByRole('region', { name: 'Hunks' });
      await hunks.getByRole('heading', { name: 'Hunk 1 of 3' }).waitFor();
      await expect.poll(() => focusedKey(page), poll).toContain('nginx.conf');
      await keepPicture(page, `hunks-${colorScheme}`);
      await page.keyboard.press('i');
      await page.keyboard.press('e');
      await page.getByRole('textbox', { name: /^Lines for hunk 2/ }).waitFor();
      await keepPicture(page, `hunk-lines-${colorScheme}`);
      expect(await accessibilityFaults(shared().page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('c');
      await page.reload();
      await page.getByText('2 of 3 hunks settled').waitFor();
      await hunks.getByRole('heading', { name: 'Hunk 3 of 3' }).waitFor();
      await page.keyboard.press('c');
      await page.getByText('1 of 3 settled', { exact: true }).waitFor();
      await expect.poll(() => api.hunked.texts[0]?.hunks.length, poll).toBe(3);
      // Another text by now: nothing that was settled counts.
      api.hunked.texts = api.hunked.texts.map((one) => ({ ...one, texts: 'another text' }));
      api.edits.resolutions.clear();
      await page.goto(`${url}/updates/up-1?row=${row}`);
      await hunks.getByText(/This text is another one since 3 hunks of it were settled/).waitFor();
      await keepPicture(page, `hunks-dropped-${colorScheme}`);
      expect(await accessibilityFaults(shared().page)).toEqual([]);
      api.edits.also = undefined;
      api.hunked.texts = [];
    },
    patience,
  );

  test(
    'long lines wrap on one level in every pane, however wide it is, and that is remembered',
    async () => {
      const { page, url, api } = shared();
      api.longConflict = 'long';
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      await page.goto(`${url}/updates/up-1?texts=addon-harborview`);
      await page.getByText('sendfile on;').first().waitFor();
      const widths = (): Promise<number[]> =>
        Promise.all(
          panes(page).map((pane) =>
            pane.locator('.cm-scroller').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth),
          ),
        );
      /** How many pixels a line of all panes is apart; scrolling rounds each by itself. */
      const level = async (line: string): Promise<number> => {
        const tops = await Promise.all(
          panes(page).map((pane) =>
            pane
              .getByText(line, { exact: false })
              .first()
              .evaluate((found) => found.getBoundingClientRect().top),
          ),
        );
        return Math.max(...tops) - Math.min(...tops);
      };
      expect(Math.max(...(await widths()))).toBeGreaterThan(0);
      await page.getByRole('checkbox', { name: 'Wrap long lines' }).check();
      await expect.poll(widths, poll).toEqual([0, 0, 0]);
      await keepPicture(page, 'wrapped-light');
      const splitter = page.getByRole('separator', { name: 'Width of Incoming changes' });
      await splitter.focus();
      await page.keyboard.press('Home');
      await expect.poll(() => splitter.getAttribute('aria-valuenow'), poll).toBe('10');
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Shift+ArrowRight');
      await expect.poll(() => splitter.getAttribute('aria-valuenow'), poll).toBe('30');
      await panes(page)[0]
        ?.locator('.cm-scroller')
        .evaluate((scroller) => scroller.scrollTo({ top: 1e6 }));
      for (const line of ['server {']) {
        await expect.poll(() => level(line), poll).toBeLessThan(1.5);
      }
      await keepPicture(page, 'wrapped-narrow');
      const heights = await Promise.all(
        panes(page).map((pane) => pane.locator('.cm-content').evaluate(({ scrollHeight }) => scrollHeight)),
      );
      expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(1.5);
      // Before the reload: colours that are still changing have no contrast to speak of.
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
      await page.reload();
      await expect.poll(() => page.getByRole('checkbox', { name: 'Wrap long lines' }).isChecked(), poll).toBe(true);
      await expect.poll(() => splitter.getAttribute('aria-valuenow'), poll).toBe('30');
      await page.locator('.cm-wrapped .cm-line').first().waitFor();
      await keepPicture(page, 'wrapped-dark');
      expect(await accessibilityFaults(shared().page)).toEqual([]);
      await splitter.dblclick();
      await expect.poll(() => splitter.getAttribute('aria-valuenow'), poll).toBe('33');
      await page.evaluate(() => localStorage.clear());
      api.edits.also = undefined;
    },
    patience,
  );

  test(
    'a splitter is dragged, within its limits, also where the page is shown twice as large',
    async () => {
      const { page, url } = shared();
      // A screen of 2732 pixels at 200%.
      await page.setViewportSize({ width: 1366, height: 540 });
      await page.goto(`${url}/updates/up-1?texts=cni-cni-calico`);
      const splitter = page.getByRole('separator', { name: 'Width of Merged result' });
      const box = await splitter.boundingBox();
      if (box === null) throw new Error('the splitter is not to be seen');
      const room = await page.locator('.panes').boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + 80);
      await page.mouse.down();
      await page.mouse.move((room?.x ?? 0) + (room?.width ?? 0) * 0.8, box.y + 90, { steps: 4 });
      await page.mouse.up();
      await expect.poll(() => splitter.getAttribute('aria-valuenow'), poll).toBe('80');
      await page.mouse.move((await splitter.boundingBox())?.x ?? 0, box.y + 80);
      await page.mouse.move(box.x - 900, box.y + 80);
      expect(await splitter.getAttribute('aria-valuenow')).toBe('80');
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      await splitter.dblclick();
      // One of 1366 pixels: the panes stand below each other, and there is nothing to split.
      await page.setViewportSize({ width: 683, height: 384 });
      expect(await splitter.isVisible()).toBe(false);
      await expect.poll(() => panes(page)[2]?.isVisible(), poll).toBe(true);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      await keepPicture(page, 'panes-twice-as-large');
      await page.evaluate(() => localStorage.clear());
      await page.setViewportSize({ width: 1366, height: 768 });
    },
    patience,
  );
}
