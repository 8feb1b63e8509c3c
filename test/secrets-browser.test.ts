import { syncRegistry } from '@sealift/cli/demo/platform';
import { layerPreviewSchema, upgradeSchema } from '@sealift/core/api';
import { peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from './setup/accessibility.ts';
import { openWindow, type Window } from './setup/browser.ts';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';

const chromium = peer('chromium');

/** What the site added: secrets (all of them hunter-something), and what only refers to one. */
const added = `    credentials:
      # was hunter1
      bus: hunter2
    env:
      - name: DB_PASSWORD
        value: hunter3
      - name: LOG_LEVEL
        value: debug
    certificate:
      existingSecret: harborview-tls
      pem: |
        -----BEGIN PRIVATE KEY-----
        hunter4
        -----END PRIVATE KEY-----
`;

/** The release removes a key that the site gave a URL with a password: a conflict. */
function withSecrets(values: string, pack: string): string {
  if (pack !== 'platform') return values;
  return values
    .replace(/brokerAlias: .*/, 'brokerAlias: amqp://bus:hunter5@bus:5672/')
    .replace(/^ {4}# E-mail for alerts/m, `${added}\n    # E-mail for alerts`);
}

describe.skipIf(chromium.missing)(`secrets in a browser (${chromium.remedy})`, () => {
  let site: TestEnvironment;
  let window: Window;
  let page: Page;
  let draft: string;

  beforeAll(async () => {
    site = await startEnvironment(4, withSecrets);
    const { api, username, password } = site.administrator;
    await syncRegistry(api, new AbortController().signal);
    window = await openWindow(chromium.path, api.url);
    page = window.page;
    page.setDefaultTimeout(20_000);
    await page.goto('/');
    await page.getByLabel('User name').fill(username);
    await page.getByLabel('Password').fill(password.reveal());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Summary' }).waitFor();
    ({ id: draft } = await api.post('/api/v1/upgrades', { to: '4.2.13' }, upgradeSchema));
    await page.goto(`/updates/${draft}?texts=addon-platform`);
    await page.getByRole('region', { name: 'Merged result' }).waitFor();
  });
  afterAll(async () => {
    await window?.close();
    await site?.remove();
  });

  const preview = () =>
    site.administrator.api.get(`/api/v1/upgrades/${draft}/layers/addon-platform`, layerPreviewSchema);

  it('shows no secret of the site in the panes, the decisions and the conflict, and what refers to one', async () => {
    await pane('Current configuration').getByText('DB_PASSWORD').first().scrollIntoViewIfNeeded();
    await pane('Current configuration').getByText('existingSecret: harborview-tls').first().waitFor();
    await expectHidden('panes');
    const { conflicts, decisions, current } = await preview();
    expect(conflicts).toMatchObject([{ masked: true, current: { source: 'amqp://bus:***@bus:5672/' } }]);
    expect(JSON.stringify(decisions)).not.toContain('hunter');
    expect(current).toContain('hunter2');
  });

  it('shows none of them in the change review either', async () => {
    await page.getByRole('button', { name: 'Change review' }).click();
    const lines = page
      .getByRole('treeitem')
      .filter({ has: page.locator('[title*="credentials"], [title*="env"], [title*="certificate"]') });
    expect(await lines.count()).toBeGreaterThan(0);
    for (const one of await lines.all()) {
      await one.click();
      await page.getByRole('region', { name: 'Result here' }).getByRole('group').waitFor();
      await expectHidden('review');
    }
    await page.keyboard.press('n');
    await page.getByRole('region', { name: 'Current here' }).getByText('brokerAlias').waitFor();
    await expectHidden('review-conflict');
  });

  it('hides an own value while it is typed, and after', async () => {
    await page.getByRole('button', { name: 'Change review' }).click();
    await page.getByRole('button', { name: /^Own value:/ }).click();
    const field = page.getByRole('textbox', { name: /as YAML$/ });
    const shape = () =>
      page.evaluate<string>(
        `getComputedStyle(document.querySelector('textarea')).getPropertyValue('-webkit-text-security')`,
      );
    // It begins with what the site runs, hidden and selected.
    expect(await field.inputValue()).toBe('amqp://bus:hunter5@bus:5672/');
    await field.pressSequentially('amqp://bus:hunter6@bus/');
    expect(await field.inputValue()).toBe('amqp://bus:hunter6@bus/');
    expect(await shape()).toBe('disc');
    await window.picture('secret-own-value-typed');
    await page.getByRole('checkbox', { name: 'Show what I type' }).check();
    expect(await shape()).toBe('none');
    await page.getByRole('checkbox', { name: 'Show what I type' }).uncheck();
    await page.getByRole('button', { name: 'Use value' }).click();
    await page.getByRole('treeitem').getByText('own value', { exact: true }).waitFor();
    await waitUntil('the answer', async () => (await preview()).conflicts.length === 0);
    expect((await preview()).merged).toContain('amqp://bus:hunter6@bus/');
    await expectHidden('secret-own-value-used');
  });

  it('hides what is typed into a text once the cursor leaves its line', async () => {
    await page.getByRole('button', { name: 'Incoming and current' }).click();
    await page.getByRole('button', { name: 'Edit by hand: Merged result' }).click();
    const editor = page.getByRole('textbox', { name: 'Merged result: your text' });
    await editor.click();
    await page.keyboard.press('ControlOrMeta+Home');
    await page.keyboard.insertText('newPassword: hunter7');
    await editor.getByText('hunter7').waitFor();
    await page.keyboard.press('Enter');
    await expectHidden('secret-typed-in-text');
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  function pane(title: string): Locator {
    return page.getByRole('region', { name: title, exact: true });
  }

  /** Nothing that the page shows, in editors too, holds a secret; a picture is kept. */
  async function expectHidden(name: string): Promise<void> {
    await window.picture(name);
    const seen = await page.evaluate<string>(
      `[document.body, ...[...document.querySelectorAll('.code')].map((one) => one.shadowRoot)].map((one) => one.textContent).join('\\n')`,
    );
    expect(seen).toContain('credentials');
    expect(seen).not.toContain('hunter');
    expect(await accessibilityFaults(page)).toEqual([]);
  }
});
