import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountView, SignOnRequest } from '@sealift/core/api';
import { testKey, validCertificate } from '@sealift/testkit/certificates';
import { FormBrowser, type OidcProvider, startOidcProvider } from '@sealift/testkit/oidc-provider';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildApp } from '../app/build-app.ts';
import { composeConsole } from '../app/compose.ts';
import { sharedStore } from '../testing/shared-store.ts';
import { password, setUp } from '../testing/signed-in.ts';
import { TestClient } from '../testing/test-client.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const store = sharedStore();
const consoleUrl = 'http://console.example';
const callback = `${consoleUrl}/api/v1/single-sign-on/callback`;
let provider: OidcProvider;
let folder: string;
let app: FastifyInstance;
let admin: TestClient;

beforeAll(async () => {
  provider = await startOidcProvider({ redirectUris: [callback] });
});
afterAll(() => provider.stop());
beforeEach(async () => {
  provider.people.clear();
  provider.people.set('ann', { subject: 's-1', groups: ['staff', 'platform-ops'] });
  provider.instead = undefined;
  folder = mkdtempSync(join(tmpdir(), 'sealift-sign-on-'));
  const parts = composeConsole(store(), { dataDir: folder, simulatorUrl: undefined, site: undefined }, () => undefined);
  app = await buildApp({ parts });
  admin = await setUp(store(), app);
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (change: Partial<SignOnRequest> = {}): SignOnRequest => ({
  issuer: provider.issuer,
  clientId: provider.clientId,
  clientSecret: provider.clientSecret,
  consoleUrl,
  label: 'Company account',
  scopes: ['profile'],
  groupsClaim: 'groups',
  usernameClaim: 'preferred_username',
  roles: [
    { group: 'platform-roots', role: 'root' },
    { group: 'platform-ops', role: 'operations' },
  ],
  allowedOrigins: [],
  ca: null,
  ...change,
});

async function save(request: object): Promise<ReturnType<TestClient['call']>> {
  const { revision } = (await admin.call('GET', '/single-sign-on')).body;
  return await admin.call('PUT', '/single-sign-on', request, { 'if-match': `"${revision}"` });
}

/** A browser that reaches the console by its name, and the provider by loopback. */
function browser(): FormBrowser {
  return new FormBrowser(async (url, init) => {
    if (url.origin !== consoleUrl) return await fetch(url, init);
    const { method = 'GET', headers = {} } = init;
    const answer = await app.inject({
      method: method as 'GET',
      url: `${url.pathname}${url.search}`,
      headers: { host: url.host, ...(headers as Record<string, string>) },
    });
    const cookies = [answer.headers['set-cookie'] ?? []].flat().map((one): [string, string] => ['set-cookie', one]);
    const location = answer.headers.location;
    return new Response(answer.body === '' ? null : answer.body, {
      status: answer.statusCode,
      headers: [...cookies, ...(location === undefined ? [] : [['location', location] as [string, string]])],
    });
  });
}

const start = new URL(`${consoleUrl}/api/v1/single-sign-on/start`);
const isCallback = (url: URL): boolean => url.href.startsWith(callback);

const subjectOf = (name: string): string => provider.people.get(name)?.subject ?? name;

/** @returns where it ended, and who is signed in there */
async function signIn(login = 'ann', as = browser()) {
  const led = await as.signIn(start, subjectOf(login), (url) => url.origin === consoleUrl && !isCallback(url));
  const client = new TestClient(app);
  const secret = as.cookiesOf('console.example').get('sealift_session');
  if (secret !== undefined) client.cookie = `sealift_session=${secret}`;
  return { path: led.pathname + led.search, client, session: (await client.call('GET', '/session')).body };
}

const lastAudit = async () => {
  const row = await store()
    .db.selectFrom('audit_entry')
    .selectAll()
    .orderBy('sequence', 'desc')
    .executeTakeFirstOrThrow();
  return { action: row.action, subject: row.subject, details: JSON.parse(row.details) as Record<string, unknown> };
};

describe('single sign-on', () => {
  it('is not offered before it is set up', async () => {
    expect((await new TestClient(app).call('GET', '/entry')).body).toEqual({ banner: null, singleSignOn: null });
    const answer = await new TestClient(app).call('GET', '/single-sign-on/start');
    expect([answer.status, answer.headers['location']]).toEqual([303, '/sign-in?problem=SIGN_ON_OFF']);
  });

  it('makes an account at the first time, with the role that the groups give', async () => {
    expect((await save(settings())).status).toBe(200);
    expect((await new TestClient(app).call('GET', '/entry')).body).toMatchObject({
      singleSignOn: { label: 'Company account' },
    });
    const { path, session } = await signIn();
    expect([path, session]).toEqual([
      '/',
      expect.objectContaining({ username: 'ann', role: 'operations', hasPassword: false }),
    ]);
    const { accounts } = (await admin.call('GET', '/accounts')).body as unknown as { accounts: AccountView[] };
    expect(accounts.find(({ username }) => username === 'ann')).toMatchObject({
      signsInBy: 'single-sign-on',
      hasPassword: false,
    });
    expect(await lastAudit()).toMatchObject({ action: 'session.start', subject: 'ann' });
  });

  it('follows the groups: another role at the next time, and none for who is in no group any more', async () => {
    await save(settings());
    const first = await signIn();
    const token = new TestClient(app);
    token.bearer = String((await first.client.call('POST', '/tokens', { name: 'x' })).body['secret']);
    provider.people.set('ann', { subject: 's-1', groups: ['platform-roots', 'platform-ops'] });
    expect((await signIn()).session).toMatchObject({ username: 'ann', role: 'root' });
    provider.people.set('ann', { subject: 's-1', groups: ['staff'] });
    expect(await signIn()).toMatchObject({
      path: '/sign-in?problem=SIGN_ON_NO_ROLE',
      session: { code: 'NOT_SIGNED_IN' },
    });
    for (const client of [first.client, token]) expect((await client.call('GET', '/session')).status).toBe(401);
    expect(await lastAudit()).toMatchObject({
      action: 'session.refused',
      subject: 'ann',
      details: { code: 'SIGN_ON_NO_ROLE' },
    });
  });

  it('hands no account over by its name, and lets in who had theirs renamed at the provider', async () => {
    await save(settings());
    provider.people.set('admin', { subject: 's-evil', groups: ['platform-roots'] });
    expect(await signIn('admin')).toMatchObject({ path: '/sign-in?problem=SIGN_ON_NAME_TAKEN' });
    await signIn();
    provider.people.delete('ann');
    provider.people.set('ann.smith', { subject: 's-1', groups: ['platform-ops'] });
    expect((await signIn('ann.smith')).session).toMatchObject({ username: 'ann' });
  });

  it('lets nobody in whose account was disabled here, and takes no password for one', async () => {
    await save(settings());
    await signIn();
    const { accounts } = (await admin.call('GET', '/accounts')).body as unknown as { accounts: AccountView[] };
    const ann = accounts.find(({ username }) => username === 'ann');
    const signedIn = await new TestClient(app).call('POST', '/session', { username: 'ann', password });
    expect(signedIn.body).toMatchObject({ code: 'SIGN_IN_REFUSED' });
    const reset = await admin.call('POST', `/accounts/${ann?.id}/password-link`);
    expect(reset.body).toMatchObject({ code: 'ACCOUNT_ELSEWHERE' });
    await admin.call(
      'PUT',
      `/accounts/${ann?.id}`,
      { role: 'operations', disabled: true },
      { 'if-match': `"${ann?.revision}"` },
    );
    expect(await signIn()).toMatchObject({ path: '/sign-in?problem=SIGN_ON_REFUSED' });
  });

  it('ends when it is forgotten, with the sessions that it began', async () => {
    await save(settings());
    const { client } = await signIn();
    const { revision } = (await admin.call('GET', '/single-sign-on')).body;
    expect((await admin.call('DELETE', '/single-sign-on', undefined, { 'if-match': `"${revision}"` })).status).toBe(
      204,
    );
    expect((await client.call('GET', '/session')).status).toBe(401);
    expect((await admin.call('GET', '/session')).status).toBe(200);
    expect((await new TestClient(app).call('GET', '/entry')).body).toEqual({ banner: null, singleSignOn: null });
  });
});

describe('an answer of the provider', () => {
  beforeEach(async () => {
    await save(settings());
  });

  const open = async (as: FormBrowser, url: URL) => (await as.open(url)).headers.get('location');

  it('is taken once, by the browser that began, and with the state that it began with', async () => {
    const mine = browser();
    const led = await mine.signIn(start, subjectOf('ann'), isCallback);
    // Somebody else is led to it: their browser has begun nothing, or something else.
    expect(await open(browser(), led)).toBe('/sign-in?problem=SIGN_ON_REFUSED');
    const other = browser();
    await other.open(start);
    expect(await open(other, led)).toBe('/sign-in?problem=SIGN_ON_REFUSED');
    expect(await open(mine, led)).toBe('/');
    expect(await open(mine, led)).toBe('/sign-in?problem=SIGN_ON_REFUSED');
    expect(await lastAudit()).toMatchObject({ action: 'session.refused', subject: '(unknown)' });
  });

  it.each([
    ['another state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (url: URL) => url.searchParams.delete('state')],
    ['another issuer', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
    ['another code', (url: URL) => url.searchParams.set('code', 'x'.repeat(43))],
    [
      'an error',
      (url: URL) => {
        url.searchParams.delete('code');
        url.searchParams.set('error', 'access_denied');
      },
    ],
  ])('with %s is refused', async (_what, change) => {
    const mine = browser();
    const led = await mine.signIn(start, subjectOf('ann'), isCallback);
    change(led);
    expect(await open(mine, led)).toBe('/sign-in?problem=SIGN_ON_REFUSED');
    expect(mine.cookiesOf('console.example').has('sealift_session')).toBe(false);
  });

  it('that the provider fails to exchange is no refusal of the person', async () => {
    const mine = browser();
    const led = await mine.signIn(start, subjectOf('ann'), isCallback);
    provider.instead = (request, response) => request.url === '/token' && response.writeHead(503).end() !== undefined;
    expect(await open(mine, led)).toBe('/sign-in?problem=SIGN_ON_PROVIDER_FAILED');
    expect(await lastAudit()).toMatchObject({
      action: 'session.refused',
      details: { code: 'SIGN_ON_PROVIDER_FAILED' },
    });
  });

  it('to settings that were changed meanwhile is refused, and so is a cookie that somebody made up', async () => {
    const mine = browser();
    const led = await mine.signIn(start, subjectOf('ann'), isCallback);
    await save(settings({ label: 'Another label' }));
    expect(await open(mine, led)).toBe('/sign-in?problem=SIGN_ON_REFUSED');
    const forged = await app.inject({ url: led.pathname + led.search, headers: { cookie: 'sealift_sign_on=AAAA' } });
    expect(forged.headers.location).toBe('/sign-in?problem=SIGN_ON_REFUSED');
  });

  it.each([
    ['with a signature that does not hold', (token: string) => `${token.slice(0, -8)}AAAAAAAA`],
    ['of another nonce', (token: string) => altered(token, { nonce: 'another' })],
    ['for another client', (token: string) => altered(token, { aud: 'another' })],
  ])('has no token %s', async (_what, alter) => {
    const mine = browser();
    const led = await mine.signIn(start, subjectOf('ann'), isCallback);
    provider.instead = (request, response) => {
      if (request.url !== '/token') return false;
      void relay(request, alter).then(
        (answer) => response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.text),
        () => response.destroy(),
      );
      return true;
    };
    expect(await open(mine, led)).toBe('/sign-in?problem=SIGN_ON_REFUSED');
  });

  /** What the provider itself answers, with another ID token. */
  async function relay(request: AsyncIterable<Buffer> & { headers: object }, alter: (token: string) => string) {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    provider.instead = undefined;
    const { authorization } = request.headers as { authorization: string };
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(`${provider.issuer}/token`, { method: 'POST', headers, body: Buffer.concat(parts) });
    const body = (await answer.json()) as { id_token: string };
    expect(answer.status).toBe(200);
    return { status: answer.status, text: JSON.stringify({ ...body, id_token: alter(body.id_token) }) };
  }
});

function altered(token: string, claims: object): string {
  const [head = '', body = '', signature = ''] = token.split('.');
  const now = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
  return [head, Buffer.from(JSON.stringify({ ...now, ...claims })).toString('base64url'), signature].join('.');
}

describe('the settings of single sign-on', () => {
  it('are stored once the provider was asked, with the secret sealed and shown to nobody', async () => {
    expect((await save(settings())).status).toBe(200);
    const shown = await admin.call('GET', '/single-sign-on');
    expect(shown.body).toMatchObject({ revision: 1, changedBy: 'admin', settings: { issuer: provider.issuer } });
    const rows = await store().db.selectFrom('single_sign_on').selectAll().execute();
    const audit = await store().db.selectFrom('audit_entry').selectAll().execute();
    expect(shown.text + JSON.stringify([rows, audit])).not.toContain(provider.clientSecret);
    expect(await lastAudit()).toMatchObject({ action: 'single-sign-on.change', subject: provider.issuer });
  });

  it('keep the secret where issuer, client and trust are the same, and ask for it where they are not', async () => {
    await save(settings());
    const { clientSecret: _secret, ...kept } = settings({ label: 'Other' });
    expect((await save(kept)).body).toMatchObject({ settings: { label: 'Other' } });
    expect((await signIn()).session).toMatchObject({ username: 'ann' });
    for (const change of [{ clientId: 'other' }, { allowedOrigins: ['https://evil.example'] }]) {
      expect((await save({ ...kept, ...change })).body).toMatchObject({
        code: 'INPUT_INVALID',
        place: 'body.clientSecret',
      });
    }
  });

  it.each<[string, Partial<SignOnRequest>, string, string | undefined]>([
    ['plain HTTP to another machine', { issuer: 'http://id.example' }, 'INPUT_INVALID', 'body.issuer'],
    ['a scheme that is none of the web', { issuer: 'file:///etc/passwd' }, 'INPUT_INVALID', 'body.issuer'],
    ['nobody at the address', { issuer: 'http://127.0.0.1:9' }, 'SIGN_ON_PROVIDER_FAILED', undefined],
    ['a console address with a path', { consoleUrl: 'https://c.example/x' }, 'INPUT_INVALID', 'body.consoleUrl'],
    ['no role for any group', { roles: [] }, 'INPUT_INVALID', 'body.roles'],
    [
      'a role that there is not',
      { roles: [{ group: 'x', role: 'king' as 'root' }] },
      'INPUT_INVALID',
      'body.roles.0.role',
    ],
    ['a CA that is none', { ca: 'hello' }, 'INPUT_INVALID', 'body.ca'],
  ])('are not stored with %s', async (_what, change, code, place) => {
    const refused = await save(settings(change));
    expect(refused.body).toMatchObject({ code, ...(place === undefined ? {} : { place }) });
    expect((await admin.call('GET', '/single-sign-on')).body).toMatchObject({ revision: 0, settings: null });
  });

  it('lead to no address that was not allowed: nothing is sent there', async () => {
    const inside = await startOidcProvider({ redirectUris: [callback] });
    try {
      const document = (await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()) as object;
      provider.instead = (request, response) => {
        if (!request.url?.startsWith('/.well-known/')) return false;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ ...document, token_endpoint: `${inside.issuer}/token` }));
        return true;
      };
      expect((await save(settings())).body).toMatchObject({
        code: 'SIGN_ON_ORIGIN_REFUSED',
        detail: expect.stringContaining(inside.issuer),
      });
      expect((await save(settings({ allowedOrigins: [inside.issuer] }))).status).toBe(200);
      provider.instead = (_request, response) => {
        response.writeHead(302, { location: `${inside.issuer}/.well-known/openid-configuration` }).end();
        return true;
      };
      expect((await save(settings())).body).toMatchObject({ code: 'SIGN_ON_PROVIDER_FAILED' });
      expect(inside.asked).toEqual([]);
    } finally {
      await inside.stop();
    }
  });

  it.each([
    ['never ends', (write: (text: string) => void) => write('{"issuer":"' + 'x'.repeat(2 * 1024 * 1024))],
    ['is no JSON', (write: (text: string) => void) => write('<html>')],
    ['is of another issuer', (write: (text: string) => void) => write('{"issuer":"https://evil.example"}')],
  ])('are not stored where the discovery document %s', async (_what, say) => {
    provider.instead = (_request, response) => {
      response.setHeader('content-type', 'application/json');
      say((text) => response.end(text));
      return true;
    };
    expect((await save(settings())).body).toMatchObject({ code: 'SIGN_ON_PROVIDER_FAILED' });
  });

  it('are of whoever saw them as they are', async () => {
    await save(settings());
    const stale = await admin.call('PUT', '/single-sign-on', settings(), { 'if-match': '"0"' });
    expect(stale.body).toMatchObject({ code: 'RECORD_CHANGED' });
    expect((await admin.call('PUT', '/single-sign-on', settings())).body).toMatchObject({
      code: 'PRECONDITION_MISSING',
    });
  });
});

it('a provider behind a CA of the site is asked over TLS, and only with that CA', async () => {
  const secure = await startOidcProvider({ redirectUris: [callback], tls: { key: testKey, cert: validCertificate } });
  try {
    const { issuer } = secure;
    expect((await save(settings({ issuer }))).body).toMatchObject({ code: 'SIGN_ON_PROVIDER_FAILED' });
    expect(secure.asked).toEqual([]);
    expect((await save(settings({ issuer, ca: validCertificate }))).body).toMatchObject({ settings: { issuer } });
    expect(secure.asked).toEqual(['GET /.well-known/openid-configuration']);
  } finally {
    await secure.stop();
  }
});

it('groups are asked for where the token leaves them out', async () => {
  const sparse = await startOidcProvider({ redirectUris: [callback], groupsInToken: false });
  try {
    sparse.people.set('zoe', { subject: 's-9', groups: ['platform-ops'] });
    expect((await save(settings({ issuer: sparse.issuer }))).status).toBe(200);
    expect((await signIn('s-9')).session).toMatchObject({ username: 'zoe', role: 'operations' });
    expect(sparse.asked).toContain('GET /me');
  } finally {
    await sparse.stop();
  }
});
