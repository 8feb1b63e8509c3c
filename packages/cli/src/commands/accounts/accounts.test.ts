import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningConsole, startConsole } from '@sealift/server/console';
import { startOidcProvider } from '@sealift/testkit/oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../client/api-client.ts';
import { createdTokenSchema } from '@sealift/core/api';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const password = 'four random words here';
let folder: string;
let console: RunningConsole;
let root: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-accounts-'));
  console = await startConsole({ dataDir: join(folder, 'data') });
  const token = console.setupUrl?.split('#token=')[1];
  const nobody = new ApiClient({ url: console.url, env: {} });
  const cookie = await nobody.openSession('/api/v1/setup', { token, username: 'admin', password });
  const api = new ApiClient({ url: console.url, cookie, env: {} });
  root = (await api.post('/api/v1/tokens', { name: 'root' }, createdTokenSchema)).secret;
}, 120_000);
afterAll(async () => {
  await console.close();
  rmSync(folder, { recursive: true, force: true });
});

async function sealift(args: readonly string[], token = root) {
  const { context, written } = testContext({ env: { HOME: folder, SEALIFT_URL: console.url, SEALIFT_TOKEN: token } });
  const code = await run(args, context);
  return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
}

const json = async (args: readonly string[], token?: string) =>
  JSON.parse((await sealift([...args, '--json'], token)).out) as Record<string, unknown>;

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** Chooses a password with a link as a browser does, and signs in. @returns a token of that account */
async function enter(link: string, username: string): Promise<string> {
  const [, token] = link.split('/set-password#token=');
  const nobody = new ApiClient({ url: console.url, env: {} });
  await nobody.postOnly('/api/v1/password-link', { token, password });
  const cookie = await nobody.openSession('/api/v1/session', { username, password });
  const api = new ApiClient({ url: console.url, cookie, env: {} });
  return (await api.post('/api/v1/tokens', { name: 'own' }, createdTokenSchema)).secret;
}

describe('accounts', { timeout: 60_000 }, () => {
  it('are made with a link, given a role, shut out, let in, ended and removed', async () => {
    const made = await sealift(['accounts', 'create', 'ann', '--role', 'viewer']);
    expect([made.code, made.notes]).toEqual([0, expect.stringContaining('shown this once')]);
    const link = made.out.split('\n').at(-1) ?? '';
    expect(link.startsWith(`${console.url}/set-password#token=`)).toBe(true);
    expect((await sealift(['accounts', 'list'])).out).toMatch(/ann {2}Viewer {2}its link waits until/);
    const ann = await enter(link, 'ann');
    expect(await sealift(['accounts', 'list'], ann)).toMatchObject({
      code: 1,
      notes: expect.stringContaining('NOT_PERMITTED'),
    });
    expect((await sealift(['accounts', 'set-role', 'ANN', 'operations'])).out).toMatch(/ann {2}Operations {2}active/);
    expect((await json(['accounts', 'sessions', 'list', '--username', 'ann']))['sessions']).toHaveLength(1);
    expect((await sealift(['accounts', 'sessions', 'end', '--all', '--username', 'ann'])).code).toBe(0);
    expect(await json(['accounts', 'sessions', 'list', '--username', 'ann'])).toEqual({ sessions: [] });
    expect((await sealift(['accounts', 'disable', 'ann'])).out).toContain('DISABLED');
    expect((await sealift(['tokens', 'list'], ann)).notes).toContain('PLATFORM_LOGIN_REFUSED');
    expect((await sealift(['accounts', 'enable', 'ann'])).out).toContain('active');
    const reset = await json(['accounts', 'reset-password', 'ann']);
    expect(reset['link']).toMatchObject({ url: expect.stringContaining('#token=') });
    expect(await json(['accounts', 'remove', 'ann'])).toEqual({ removed: 'ann' });
    expect((await sealift(['accounts', 'remove', 'ann'])).notes).toContain('NOT_FOUND');
  });

  it.each([
    [['create', 'x1', '--role', 'king'], 'USAGE'],
    [['create', '../etc', '--role', 'viewer'], 'INPUT_INVALID'],
    [['set-role', 'admin', 'viewer'], 'ACCOUNT_OWN'],
    [['disable', 'nobody'], 'NOT_FOUND'],
    [['sessions', 'end'], 'USAGE'],
    [['sessions', 'end', '--all'], 'USAGE'],
    [['policy', '--second-person', 'perhaps'], 'USAGE'],
    [['policy', '--banner-file', '/none', '--no-banner'], 'USAGE'],
  ])('%j is refused with a remedy: %s', async (args, code) => {
    const refused = await sealift(['accounts', ...args]);
    expect(refused.code).not.toBe(0);
    expect(refused.notes).toContain(`code: ${code}`);
    expect(refused.notes).toContain('fix: ');
  });

  it('change their own password out of files', async () => {
    const link = (await sealift(['accounts', 'create', 'bob', '--role', 'viewer'])).out.split('\n').at(-1) ?? '';
    const bob = await enter(link, 'bob');
    const current = file('current', `${password}\n`);
    const change = (fresh: string) =>
      sealift(['accounts', 'change-password', '--current-file', current, '--new-file', file('new', `${fresh}\n`)], bob);
    expect((await change(password)).notes).toContain('PASSWORD_REUSED');
    const changed = await change('another four words here');
    expect([changed.code, changed.out]).toEqual([0, expect.stringContaining('is changed')]);
    expect(changed.out + changed.notes).not.toContain('four words');
  });

  it('are shown a banner, and may need a second person', async () => {
    const banner = file('banner', 'Authorised use only.\n');
    const set = await json(['accounts', 'policy', '--banner-file', banner, '--second-person', 'on']);
    expect(set).toMatchObject({ banner: 'Authorised use only.', secondPerson: true, changedBy: 'admin' });
    expect((await sealift(['accounts', 'policy'])).out).toContain('another person');
    const off = await json(['accounts', 'policy', '--no-banner', '--second-person', 'off']);
    expect(off).toMatchObject({ banner: null, secondPerson: false });
  });
});

describe('single sign-on', { timeout: 60_000 }, () => {
  it('is set out of a file once the provider was asked, shown without its secret, and ended', async () => {
    const provider = await startOidcProvider({ redirectUris: ['https://c.example/api/v1/single-sign-on/callback'] });
    try {
      const settings = {
        issuer: provider.issuer,
        clientId: provider.clientId,
        consoleUrl: 'https://c.example',
        label: 'Company account',
        scopes: ['profile'],
        groupsClaim: 'groups',
        usernameClaim: 'preferred_username',
        roles: [{ group: 'ops', role: 'operations' }],
        allowedOrigins: [],
        ca: null,
      };
      const path = file('sso.json', JSON.stringify(settings));
      const set = (name: string, more: readonly string[] = []) =>
        sealift(['accounts', 'single-sign-on', '--settings', name, ...more]);
      expect((await set(path)).notes).toContain('body.clientSecret');
      expect((await set(file('bad.json', '{}'))).notes).toContain('INPUT_INVALID');
      const secret = ['--client-secret-file', file('client-secret', `${provider.clientSecret}\n`)];
      expect((await set(path, secret)).out).toContain('group ops: operations');
      const shown = await sealift(['accounts', 'single-sign-on', '--json']);
      expect(shown.out).not.toContain(provider.clientSecret);
      expect((await set(file('again.json', shown.out))).code).toBe(0);
      expect((await sealift(['accounts', 'single-sign-on', '--off'])).out).toContain('is not set up');
    } finally {
      await provider.stop();
    }
  });
});

describe('tokens', { timeout: 60_000 }, () => {
  it('of a role are made into a file of their own, listed without their secret, and revoked', async () => {
    const path = join(folder, 'ci-token');
    const made = await json(['tokens', 'create', 'ci', '--role', 'viewer', '--days', '7', '-o', path]);
    expect(made).toMatchObject({ name: 'ci', role: 'viewer', path });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const secret = readFileSync(path, 'utf8').trim();
    expect((await sealift(['accounts', 'list'], secret)).notes).toContain('NOT_PERMITTED');
    const list = await sealift(['tokens', 'list', '--everybody']);
    expect(list.out).toMatch(/ci {2}of admin {2}Viewer {2}until .* last used .* from 127/);
    expect(list.out).not.toContain(secret);
    expect((await sealift(['tokens', 'revoke', String(made['id'])])).code).toBe(0);
    expect((await sealift(['tokens', 'list'], secret)).notes).toContain('PLATFORM_LOGIN_REFUSED');
    expect((await sealift(['tokens', 'create', 'x', '--days', '400'])).notes).toContain('code: USAGE');
  });
});

describe('audit', { timeout: 60_000 }, () => {
  it('is listed, filtered, saved as CSV and verified, also against a checkpoint that was kept', async () => {
    await sealift(['accounts', 'create', 'cleo', '--role', 'viewer']);
    const listed = await sealift(['audit', 'list', '--action', 'account.create', '--text', 'cleo']);
    expect(listed.out).toMatch(/^\d+ {2}\S+ {2}admin {2}127\.0\.0\.1 {2}account\.create {2}cleo$/);
    const csv = join(folder, 'audit.csv');
    expect((await sealift(['audit', 'export', '-o', csv, '--actor', 'admin'])).code).toBe(0);
    expect(readFileSync(csv, 'utf8')).toContain('"account.create","cleo"');
    const [checkpoint, key] = [join(folder, 'audit.checkpoint'), join(folder, 'site.pub')];
    expect((await sealift(['audit', 'checkpoint', '-o', checkpoint])).out).toMatch(/up to entry \d+, signed/);
    expect((await sealift(['evidence', 'keys', '-o', key])).code).toBe(0);
    await sealift(['accounts', 'remove', 'cleo']);
    expect(await json(['audit', 'verify', '--checkpoint', checkpoint, '--key', key])).toMatchObject({
      valid: true,
      checkpoints: [{ sequence: expect.any(Number) }],
      ofConsole: 1,
    });
    expect((await sealift(['audit', 'verify'])).notes).toContain('kept elsewhere');
  });

  it('is not verified by a checkpoint that somebody changed, of another key, or that is none', async () => {
    const [checkpoint, key] = [join(folder, 'audit.checkpoint'), join(folder, 'site.pub')];
    const good = readFileSync(checkpoint, 'utf8');
    const verify = (text: string) => sealift(['audit', 'verify', '--checkpoint', file('bad', text), '--key', key]);
    const changed = await verify(good.replace(/"sequence":\d+/, '"sequence":1'));
    expect([changed.code, changed.notes]).toEqual([2, expect.stringContaining('SIGNATURE_WRONG')]);
    expect((await verify('hello')).notes).toContain('CHECKPOINT_INVALID');
    await sealift(['evidence', 'renew-key', '--reason', 'test']);
    const other = join(folder, 'other.pub');
    await sealift(['evidence', 'keys', '-o', other]);
    const strange = await sealift(['audit', 'verify', '--checkpoint', checkpoint, '--key', other]);
    expect(strange.notes).toContain('SIGNATURE_KEY_UNTRUSTED');
    expect((await sealift(['audit', 'verify', '--key', key])).notes).toContain('code: USAGE');
  });
});
