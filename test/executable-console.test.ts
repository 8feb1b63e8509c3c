import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { upgradeByApi } from '@sealift/cli/demo/upgrade-run';
import { upgradeSchema } from '@sealift/core/api';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../packages/server/src/testing/postgres-server.ts';
import { accessibilityFaults } from './setup/accessibility.ts';
import { openWindow } from './setup/browser.ts';
import { unpackExecutable } from './setup/bundle-executable.ts';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';
import { run } from './setup/sealift.ts';

const postgres = peer('postgres');
const chromium = peer('chromium');

/** Command line, simulated cluster and console are the executable out of a bundle, and the store is a PostgreSQL server. */
describe.skipIf(postgres.missing)(`the console in the executable (${postgres.remedy})`, () => {
  const never = new AbortController().signal;
  let folder: string;
  let database: PostgresServer;
  let databaseUrl: string;
  let executable: string;
  let site: TestEnvironment;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-executable-console-'));
    executable = await unpackExecutable(join(folder, 'sealift'));
    database = await startPostgres(postgres.path);
    databaseUrl = await database.newDatabase();
    site = await startEnvironment(50, undefined, { executable, databaseUrl });
  });
  afterAll(async () => {
    await site?.remove();
    await database?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('took two bundles into its registry, and syncs them', async () => {
    const { api } = site.administrator;
    await syncRegistry(api, never);
    expect(site.remarks.filter((line) => line.trim() === 'Setup Completed')).toHaveLength(2);
  });

  it('answers its pages as files of a folder would be, and again with nothing to whoever has them', async () => {
    const { url } = site.administrator.api;
    const page = await fetch(url);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const [script = ''] = /\/assets\/index-[^"]+\.js/.exec(await page.text()) ?? [];
    const answer = await fetch(`${url}${script}`);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    await answer.arrayBuffer();
    const etag = answer.headers.get('etag') ?? '';
    expect((await fetch(`${url}${script}`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it.skipIf(chromium.missing)(`shows every page, and the preview of a merge (${chromium.remedy})`, async () => {
    const { api, username, password } = site.administrator;
    const draft = await api.post('/api/v1/upgrades', { to: '4.2.13' }, upgradeSchema);
    const window = await openWindow(chromium.path, api.url);
    try {
      const { page } = window;
      page.setDefaultTimeout(20_000);
      await page.goto('/');
      await page.getByLabel('User name').fill(username);
      await page.getByLabel('Password').fill(password.reveal());
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { level: 1, name: 'Summary' }).waitFor();
      for (const link of await page.getByRole('navigation').getByRole('link').all()) {
        await link.click();
        await page.getByRole('heading', { level: 1 }).waitFor();
      }
      await page.goto('/administration/registries/spectro-packs/repositories');
      await page
        .getByRole('link', { name: /calico$/ })
        .first()
        .click();
      await page
        .getByRole('grid', { name: /^Tags of / })
        .getByText('sha256:')
        .first()
        .waitFor();
      await window.picture('executable-repository');
      await page.goto(`/updates/${draft.id}?texts=cni-cni-calico`);
      for (const pane of ['Incoming changes', 'Merged result', 'Current configuration']) {
        await page.getByRole('region', { name: pane, exact: true }).waitFor();
      }
      expect(await accessibilityFaults(page)).toEqual([]);
      await window.picture('executable-console');
      // The page asks who is signed in before anybody is, and the browser reports that answer; nothing else.
      const errors = window.errors.filter((error) => !/\b401\b.*\/api\/v1\/session\)$/.test(error));
      expect([errors, window.foreignRequests]).toEqual([[], []]);
    } finally {
      await window.close();
    }
  });

  it('merges on its threads, and goes to 4.2.13', async () => {
    const result = await upgradeByApi(site.administrator.api, () => undefined, never);
    expect(result).toMatchObject({ result: 'upgraded', to: '4.2.13', conflicts: 0 });
    expect(result.keptCustomisations.length).toBeGreaterThan(5);
  });

  it('signs the evidence of it, and verifies that without a console', async () => {
    const { env, folder: of } = site.context;
    const [file, key] = [join(folder, 'upgrade.evidence'), join(folder, 'site.pub')];
    for (const args of [
      ['upgrade', 'plan'],
      ['upgrade', 'logs'],
      ['upgrade', 'watch'],
      ['evidence', 'keys', '-o', key],
      ['upgrade', 'evidence', '-o', file],
    ]) {
      expect(await run(executable, args, { env, cwd: of.path })).toMatchObject({ code: 0 });
    }
    const verified = await run(executable, ['evidence', 'verify', file, '--key', key]);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('4.2.12 to 4.2.13: succeeded') });
  });

  it('does once what is sent twice with one key', async () => {
    const { api, username, password } = site.administrator;
    const json = { 'content-type': 'application/json', origin: api.url };
    const signedIn = await fetch(`${api.url}/api/v1/session`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ username, password: password.reveal() }),
    });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const renew = () =>
      fetch(`${api.url}/api/v1/evidence-keys`, {
        method: 'POST',
        headers: { ...json, cookie, 'idempotency-key': '"twice"' },
        body: JSON.stringify({ reason: 'a year is over' }),
      });
    const [first, again] = [await renew(), await renew()];
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 201, 'true']);
    expect(await again.text()).toBe(await first.text());
  });

  it('gives an account a new password while it runs', async () => {
    const { console } = site.context.folder;
    const env = { ...site.context.env, DATABASE_URL: databaseUrl };
    const recovered = await run(executable, ['accounts', 'recover', '--data', console, '--json'], { env });
    const { username, password } = JSON.parse(recovered.stdout);
    const answer = await fetch(`${site.administrator.api.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    expect(answer.status).toBe(200);
  });

  it('unpacked nothing of itself, and ends in order', async () => {
    const { home, temporary } = site.context.folder;
    const left = [...(await readdir(home, { recursive: true })), ...(await readdir(temporary, { recursive: true }))];
    expect(left.filter((path) => /\.(?:wasm|data|js|cjs|css|html)$/.test(path))).toEqual([]);
    await site.console.stop();
    expect(await site.console.ended).toBe(0);
  });
});
