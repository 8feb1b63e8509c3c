import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recoverIn } from './recover.ts';
import { newSetupToken } from './setup.ts';
import { sharedStore } from '../testing/shared-store.ts';
import { memoryConsole } from '../testing/memory-console.ts';
import { TestClient } from '../testing/test-client.ts';
import { buildApp } from '../app/build-app.ts';

const password = 'four random words here';
const store = sharedStore();
let app: FastifyInstance;
let client: TestClient;

beforeEach(async () => {
  app = await buildApp({ parts: memoryConsole(store()) });
  client = new TestClient(app);
});
afterEach(() => app.close());

async function setUp(): Promise<void> {
  const token = await newSetupToken(store().db);
  const answer = await client.call('POST', '/setup', { token, username: 'admin', password });
  expect(answer.status).toBe(201);
}

describe('first administrator', { timeout: 30_000 }, () => {
  it('is made once, with the one-time link, and is signed in', async () => {
    expect((await client.call('GET', '/setup')).body).toEqual({ needed: true });
    await setUp();
    expect((await client.call('GET', '/setup')).body).toEqual({ needed: false });
    expect((await client.call('GET', '/session')).body).toMatchObject({ username: 'admin', role: 'root' });
    expect(await newSetupToken(store().db)).toBeNull();
    const again = await client.call('POST', '/setup', { token: 'x'.repeat(43), username: 'eve', password });
    expect(again).toMatchObject({ status: 409, body: { code: 'SETUP_DONE' } });
  });

  it('refuses a link that a newer one replaced', async () => {
    const old = await newSetupToken(store().db);
    await newSetupToken(store().db);
    const answer = await client.call('POST', '/setup', { token: old, username: 'admin', password });
    expect(answer).toMatchObject({ status: 403, body: { code: 'SETUP_LINK_INVALID', place: 'token' } });
  });

  it('gives one of two requests with the same link the account', async () => {
    const token = await newSetupToken(store().db);
    const answers = await Promise.all(
      ['ann', 'bob'].map((username) => client.call('POST', '/setup', { token, username, password })),
    );
    expect(answers.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([201, 403]);
  });

  it.each([
    ['short', { password: 'too short' }, 'INPUT_INVALID', 'body.password'],
    ['common', { password: 'Password123456!' }, 'PASSWORD_TOO_COMMON', 'password'],
    ['a run', { password: 'abcdefghijklmnop' }, 'PASSWORD_TOO_COMMON', 'password'],
    ['a bad name', { username: '../etc' }, 'INPUT_INVALID', 'body.username'],
  ])('refuses %s with place and remedy', async (_title, change, code, place) => {
    const token = await newSetupToken(store().db);
    const answer = await client.call('POST', '/setup', { token, username: 'admin', password, ...change });
    expect(answer).toMatchObject({ status: 400, body: { code, place } });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body['hint']).toBeTruthy();
  });
});

function signInFrom(remoteAddress: string, username: string, secret: string) {
  const payload = { username, password: secret };
  return app.inject({ method: 'POST', url: '/api/v1/session', remoteAddress, payload });
}

describe('sessions', { timeout: 30_000 }, () => {
  it('sets a cookie that no script and no other site can use', async () => {
    await setUp();
    const answer = await client.call('POST', '/session', { username: 'ADMIN', password });
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toMatch(/^sealift_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  it('ends with signing out', async () => {
    await setUp();
    const cookie = client.cookie;
    expect((await client.call('DELETE', '/session')).status).toBe(204);
    client.cookie = cookie;
    expect((await client.call('GET', '/session')).body).toMatchObject({ code: 'NOT_SIGNED_IN', status: 401 });
  });

  it('makes an address wait after five failures, and shuts nobody out who asks from another', async () => {
    await setUp();
    for (let attempt = 0; attempt < 5; attempt++) {
      const answer = await client.call('POST', '/session', { username: 'admin', password: 'wrong' });
      expect(answer.body).toMatchObject({ code: 'SIGN_IN_REFUSED', status: 401 });
    }
    const waiting = await client.call('POST', '/session', { username: 'admin', password });
    expect(waiting.body).toMatchObject({ code: 'RATE_LIMITED', status: 429, hint: expect.stringContaining('seconds') });
    const elsewhere = await signInFrom('192.0.2.9', 'admin', password);
    expect(elsewhere.statusCode).toBe(200);
  });

  it('compares five of four hundred guesses of one address that come at once', async () => {
    await setUp();
    const guess = () => client.call('POST', '/session', { username: 'admin', password: 'wrong' });
    const answers = await Promise.all(Array.from({ length: 400 }, guess));
    const refused = answers.filter(({ status }) => status === 401);
    expect(refused).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(395);
  });

  it('locks a name, known or not, after a hundred failures from many addresses, also at once', async () => {
    await setUp();
    for (const username of ['admin', 'nobody']) {
      const before = { username, failures: 97, last_at: new Date(), locked_until: null };
      await store().db.insertInto('sign_in_failure').values(before).execute();
      const guesses = Array.from({ length: 10 }, (_, index) => signInFrom(`192.0.2.${index}`, username, 'wrong'));
      const codes = (await Promise.all(guesses)).map((answer) => answer.json<{ code: string }>().code);
      expect(codes.filter((code) => code === 'SIGN_IN_REFUSED')).toHaveLength(3);
      expect(codes.filter((code) => code === 'ACCOUNT_LOCKED')).toHaveLength(7);
      expect((await signInFrom('198.51.100.1', username, password)).json()).toMatchObject({ code: 'ACCOUNT_LOCKED' });
    }
    await store()
      .db.updateTable('sign_in_failure')
      .set({ locked_until: new Date(Date.now() - 1) })
      .execute();
    expect((await signInFrom('198.51.100.1', 'admin', password)).statusCode).toBe(200);
  });

  it('holds no lock longer than it lasts after the clock was set back', async () => {
    await setUp();
    const hour = 60 * 60 * 1000;
    const lock = { failures: 100, last_at: new Date(Date.now() + hour), locked_until: new Date(Date.now() + hour) };
    await store()
      .db.insertInto('sign_in_failure')
      .values({ username: 'admin', ...lock })
      .execute();
    expect((await client.call('POST', '/session', { username: 'admin', password })).status).toBe(200);
  });

  it('opens a locked account from the machine itself, with a new password that ends its sessions', async () => {
    const nothing = { code: 'NOT_FOUND', message: 'there is no account in this console' };
    await expect(recoverIn(store().db, undefined, 'new-password')).rejects.toMatchObject(nothing);
    await setUp();
    const until = new Date(Date.now() + 60_000);
    await store()
      .db.insertInto('sign_in_failure')
      .values({ username: 'admin', failures: 100, last_at: new Date(), locked_until: until })
      .execute();
    await expect(recoverIn(store().db, 'nobody', 'new-password')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await recoverIn(store().db, undefined, 'unlock')).password).toBeNull();
    expect((await client.call('GET', '/session')).status).toBe(200);
    const { username, password: fresh } = await recoverIn(store().db, 'ADMIN', 'new-password');
    expect((await client.call('GET', '/session')).status).toBe(401);
    expect((await client.call('POST', '/session', { username, password })).status).toBe(401);
    expect((await client.call('POST', '/session', { username, password: fresh?.reveal() })).status).toBe(200);
    const actions = (await client.call('GET', '/audit')).body['entries'] as unknown as { action: string }[];
    expect(actions.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['account.unlock', 'account.recover', 'session.refused']),
    );
  });

  it.each([
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ origin: 'http://localhost:80', host: 'localhost:80' }, 201],
    [{}, 201],
  ])('answers a write with %o with %i', async (headers, status) => {
    await setUp();
    const answer = await client.call('POST', '/tokens', { name: 'ci' }, headers);
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body).toMatchObject({ code: 'ORIGIN_REFUSED' });
  });
});

describe('API tokens', { timeout: 30_000 }, () => {
  it('work as bearer, are listed without secret, stored hashed, and stop at removal', async () => {
    await setUp();
    const created = await client.call('POST', '/tokens', { name: 'ci', expiresInDays: 1 });
    const secret = String(created.body['secret']);
    const api = new TestClient(app);
    api.bearer = secret;
    expect((await api.call('GET', '/session')).body).toMatchObject({ username: 'admin' });
    const list = await api.call('GET', '/tokens');
    expect(list.text).not.toContain(secret);
    const rows = await store().db.selectFrom('api_token').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect((await api.call('DELETE', `/tokens/${String(created.body['id'])}`)).status).toBe(204);
    expect((await api.call('GET', '/session')).status).toBe(401);
  });

  it('refuses an expired one, and a bad one even beside a good cookie', async () => {
    await setUp();
    const created = await client.call('POST', '/tokens', { name: 'ci' });
    client.bearer = `${String(created.body['secret'])}x`;
    expect((await client.call('GET', '/session')).status).toBe(401);
    client.bearer = String(created.body['secret']);
    await store()
      .db.updateTable('api_token')
      .set({ expires_at: new Date(Date.now() - 1) })
      .execute();
    expect((await client.call('GET', '/session')).status).toBe(401);
  });

  it('names the place of a bad lifetime and of an unknown token', async () => {
    await setUp();
    expect((await client.call('POST', '/tokens', { name: 'x', expiresInDays: 9999 })).body).toMatchObject({
      code: 'INPUT_INVALID',
      place: 'body.expiresInDays',
    });
    expect((await client.call('DELETE', '/tokens/none')).body).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  });
});

describe('audit log', { timeout: 30_000 }, () => {
  it('tells sign-ins and changes with actor and address, and its chain verifies', async () => {
    await setUp();
    await client.call('POST', '/session', { username: 'admin', password: 'wrong' });
    await client.call('POST', '/tokens', { name: 'ci' });
    const page = await client.call('GET', '/audit');
    const entries = page.body['entries'] as unknown as { action: string; actor: string; address: string }[];
    expect(entries.map((entry) => entry.action)).toEqual([
      'account.create-first',
      'session.start',
      'session.refused',
      'api-token.create',
    ]);
    expect(entries[0]).toMatchObject({ actor: 'admin', address: '127.0.0.1' });
    expect((await client.call('GET', '/audit/verification')).body).toEqual({
      valid: true,
      entries: 4,
      firstBroken: null,
      checkpoints: 0,
      brokenCheckpoint: null,
    });
  });

  it.each([
    ['changed', "update audit_entry set actor = 'eve' where sequence = 2", 2],
    ['removed', 'delete from audit_entry where sequence = 2', 2],
    ['cut off', 'delete from audit_entry where sequence = 3', 3],
  ])('shows an entry that was %s', async (_how, statement, broken) => {
    await setUp();
    await client.call('POST', '/tokens', { name: 'ci' });
    const { sql } = await import('kysely');
    await sql.raw(statement).execute(store().db);
    const answer = await client.call('GET', '/audit/verification');
    expect(answer.body).toMatchObject({ valid: false, firstBroken: broken });
  });
});

describe('the API as a whole', { timeout: 30_000 }, () => {
  it('answers unknown routes, broken JSON and oversized bodies with problems', async () => {
    await setUp();
    expect((await client.call('GET', '/nonsense')).body).toMatchObject({ code: 'ROUTE_UNKNOWN', status: 404 });
    const broken = await client.call('POST', '/tokens', '{', { 'content-type': 'application/json' });
    expect(broken.body).toMatchObject({ code: 'INPUT_INVALID', status: 400 });
    const large = await client.call('POST', '/tokens', { name: 'x'.repeat(17 * 1024 * 1024) });
    expect(large.body).toMatchObject({ code: 'INPUT_TOO_LARGE', status: 413 });
  });

  it.each(['/session', '/tokens', '/audit', '/events'])('needs a sign-in for %s', async (path) => {
    expect((await client.call('GET', path)).body).toMatchObject({ code: 'NOT_SIGNED_IN', status: 401 });
  });

  it('sends a strict content security policy', async () => {
    const answer = await client.call('GET', '/setup');
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('refuses a text that PostgreSQL cannot store', async () => {
    await setUp();
    const answer = await client.call('POST', '/tokens', { name: 'nul\u0000' });
    expect(answer.body).toMatchObject({ code: 'INPUT_INVALID', status: 400 });
  });
});
