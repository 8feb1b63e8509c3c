import { simulatedAt } from '@sealift/cli/demo/demo-environment';
import { summarySchema, type Upgrade, upgradeSchema } from '@sealift/core/api';
import { peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from './setup/accessibility.ts';
import { openWindow, type Window } from './setup/browser.ts';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';
import { supportHost, typeBlock } from './setup/guide.ts';
import { RefusingCluster } from './setup/refusing-cluster.ts';

const chromium = peer('chromium');
const cause = 'the disk of node-2 is full';
const endedFor = 'node-2 is repaired next week';

describe.skipIf(chromium.missing)(
  `an upgrade that needs a person, in a browser (${chromium.remedy})`,
  { timeout: 300_000 },
  () => {
    let site: TestEnvironment;
    let cluster: RefusingCluster | undefined;
    let window: Window;
    let page: Page;
    let id = '';

    beforeAll(async () => {
      site = await startEnvironment(40, undefined, {
        startCluster: async (demo, vendor) => {
          const simulated = await simulatedAt(40)(demo, vendor);
          cluster = await RefusingCluster.before(simulated.service.ready.url);
          return { ...simulated, consoleArgs: ['--simulator', cluster.url] };
        },
      });
      window = await openWindow(chromium.path, site.administrator.api.url);
      page = window.page;
      page.setDefaultTimeout(90_000);
    }, 600_000);
    afterAll(async () => {
      await window?.close();
      await site?.remove();
      cluster?.close();
    });

    const upgrade = () => site.administrator.api.get(`/api/v1/upgrades/${id}`, upgradeSchema);
    const until = (state: Upgrade['state']) =>
      waitUntil(`the state ${state}`, async () => (await upgrade()).state === state, 200_000);
    const tidy = async (name: string): Promise<void> => {
      await window.picture(name);
      expect({ page: name, faults: await accessibilityFaults(page) }).toEqual({ page: name, faults: [] });
    };

    it('says what failed, why it is locked, and both ways on', async () => {
      const { api, username, password } = site.administrator;
      await page.goto('/');
      await page.getByLabel('User name').fill(username);
      await page.getByLabel('Password').fill(password.reveal());
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { level: 1, name: 'Summary' }).waitFor();
      await api.postOnly('/api/v1/registries/spectro-packs/sync', {});
      const draft = await waitUntil(
        'the release in the catalogue',
        () => api.post('/api/v1/upgrades', { to: '4.2.13' }, upgradeSchema),
        120_000,
      );
      id = draft.id;
      if (cluster !== undefined) cluster.refusal = cause;
      const { hash } = await api.post(`/api/v1/upgrades/${id}/preflight`, {}, upgradeSchema);
      await api.post(`/api/v1/upgrades/${id}/confirm`, { hash }, upgradeSchema);
      await until('needs-human');
      await page.goto(`/updates/${id}`);
      await page.getByText('Needs a person', { exact: true }).first().waitFor();
      await page.getByText(new RegExp(cause)).first().waitFor();
      await page.getByText('the console stays locked until the cause is dealt with').waitFor();
      await page.getByText('Upgrading to 4.2.13: needs a person.').waitFor();
      await page.getByText('a person, who resumes or aborts it').waitFor();
      for (const name of ['Resume', 'Abort …']) await page.getByRole('button', { name }).waitFor();
      expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
      await tidy('needs-a-person');
    });

    it('says by command line what it stands still for, and ends to wait for it', async () => {
      const said = await typeBlock('troubleshooting.md', 'sealift upgrade status', supportHost(site.context));
      expect(said.code).toBe(3);
      // The step that failed, why, and what to do: by either command, the second of which has come to its end.
      expect(said.stdout).toMatch(new RegExp(`^step .*: failed, .*${cause}`, 'm'));
      expect(said.stdout).toMatch(/^failed: .*\n {2}fix: \S/m);
      expect(said.stdout).toMatch(new RegExp(`^failed: .*${cause}[^]*^state: needs-human$`, 'm'));
      expect(said.stderr).toMatch(new RegExp(`needs-human: .*${cause}[^]*fix: \\S`));
    });

    it('comes back to the person who resumes it before the cause is mended', async () => {
      await page.getByRole('button', { name: 'Resume' }).click();
      await waitUntil('the next failure', async () => {
        const { state, steps } = await upgrade();
        return state === 'needs-human' && steps.some(({ state: of }) => of === 'failed');
      });
      await page.getByText('Needs a person', { exact: true }).first().waitFor();
    });

    it('is ended by Root with a reason, is called aborted, and opens the console', async () => {
      await page.getByRole('button', { name: 'Abort …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(/It stops at the next safe point/).waitFor();
      const abort = dialog.getByRole('button', { name: 'Abort the upgrade' });
      expect(await abort.isDisabled()).toBe(true);
      await dialog.getByRole('textbox').fill(endedFor);
      await tidy('needs-a-person-abort');
      await abort.click();
      await page.getByText('Aborted', { exact: true }).first().waitFor();
      await page.getByText('The upgrade was aborted. What the steps below did stays as it is.').waitFor();
      await page.getByText('Console locked').waitFor({ state: 'detached' });
      for (const name of ['Resume', 'Pause', 'Abort …'])
        expect(await page.getByRole('button', { name }).count()).toBe(0);
      await tidy('needs-a-person-aborted');
      await page.getByRole('link', { name: /the ways on, are in the Summary/ }).click();
    });

    it('leaves a Summary that says what runs, and both ways on', async () => {
      const { partlyUpgraded } = await site.administrator.api.get('/api/v1/summary', summarySchema);
      expect(partlyUpgraded).toMatchObject({ upgrade: id, state: 'aborted', to: '4.2.13' });
      await page.getByText(/partly upgraded to 4\.2\.13/).waitFor();
      await page
        .getByText(/Start the upgrade to 4\.2\.13 again/)
        .first()
        .waitFor();
      await page
        .getByText(/apply those of the layers named here by hand/)
        .first()
        .waitFor();
      await tidy('needs-a-person-summary');
      await page.goto('/administration/audit');
      await page.getByRole('row').filter({ hasText: 'upgrade.abort' }).getByRole('button').first().click();
      await page.getByText(new RegExp(endedFor)).first().waitFor();
    });

    it('is gone on with by the same upgrade, once the cause is mended', async () => {
      if (cluster !== undefined) cluster.refusal = undefined;
      const { api } = site.administrator;
      id = (await api.post('/api/v1/upgrades', { to: '4.2.13' }, upgradeSchema)).id;
      const { hash, blockers } = await api.post(`/api/v1/upgrades/${id}/preflight`, {}, upgradeSchema);
      expect(blockers).toEqual([]);
      await api.post(`/api/v1/upgrades/${id}/confirm`, { hash }, upgradeSchema);
      await until('succeeded');
      await page.goto(`/updates/${id}`);
      await page.getByRole('heading', { name: 'Harborview 4.2.13 is installed' }).waitFor();
    });
  },
);
