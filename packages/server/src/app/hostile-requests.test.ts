import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryConsole } from '../testing/memory-console.ts';
import { sharedStore } from '../testing/shared-store.ts';
import { password, setUp } from '../testing/signed-in.ts';
import { TestClient } from '../testing/test-client.ts';
import { buildApp } from './build-app.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const store = sharedStore();
let app: FastifyInstance;
let admin: TestClient;

beforeEach(async () => {
  app = await buildApp({ parts: memoryConsole(store()) });
  admin = await setUp(store(), app);
});
afterEach(() => app.close());

describe('a session', () => {
  it('that somebody put into the browser before is not the one that is signed in to', async () => {
    const planted = 'A'.repeat(43);
    const victim = new TestClient(app);
    victim.cookie = `sealift_session=${planted}`;
    await victim.call('POST', '/session', { username: 'admin', password });
    expect(victim.cookie).not.toContain(planted);
    expect((await victim.call('GET', '/session')).status).toBe(200);
    const attacker = new TestClient(app);
    attacker.cookie = `sealift_session=${planted}`;
    expect((await attacker.call('GET', '/session')).status).toBe(401);
  });

  it('of somebody else that is signed in over ends in this browser: a new one begins', async () => {
    const browser = new TestClient(app);
    browser.cookie = admin.cookie;
    await browser.call('POST', '/session', { username: 'admin', password });
    expect(browser.cookie).not.toBe(admin.cookie);
  });

  it('is no use to another site: every change is refused that its page sends, before anything is done', async () => {
    const before = await store().db.selectFrom('audit_head').select('sequence').executeTakeFirstOrThrow();
    for (const [method, path, body] of [
      ['POST', '/accounts', { username: 'eve', role: 'root' }],
      ['PUT', '/session/password', { current: password, password: 'another four words here' }],
      ['POST', '/tokens', { name: 'x' }],
      ['DELETE', '/session', undefined],
      ['PUT', '/access-policy', { banner: null, secondPerson: false }],
      ['PUT', '/single-sign-on', {}],
    ] as const) {
      const answer = await admin.call(method, path, body, { origin: 'https://evil.example', 'if-match': '"0"' });
      expect([path, answer.body['code']]).toEqual([path, 'ORIGIN_REFUSED']);
    }
    expect(await store().db.selectFrom('audit_head').select('sequence').executeTakeFirstOrThrow()).toEqual(before);
    expect((await admin.call('GET', '/session')).status).toBe(200);
  });
});

describe('keys that every object has', () => {
  it.each([
    ['POST', '/accounts', '{"username":"eve","role":"viewer","__proto__":{"role":"root","hasPassword":true}}'],
    ['POST', '/accounts', '{"username":"eve","role":"viewer","constructor":{"prototype":{"role":"root"}}}'],
    ['POST', '/tokens', '{"name":"x","__proto__":{"role":"root"}}'],
    ['POST', '/session', '{"username":"admin","password":"x","__proto__":{"password":"four random words here"}}'],
    ['POST', '/accounts', '{"username":"eve","__proto__":{"role":"root"}}'],
  ] as const)('in a body change nothing: %s %s %s', async (method, path, body) => {
    const answer = await admin.call(method, path, body, { 'content-type': 'application/json' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(({} as Record<string, unknown>)['role']).toBeUndefined();
    expect(await store().db.selectFrom('account').select('username').execute()).toEqual([{ username: 'admin' }]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'are no names of roles or orders: %s',
    async (name) => {
      expect((await admin.call('POST', '/accounts', { username: 'eve', role: name })).body).toMatchObject({
        code: 'INPUT_INVALID',
      });
      expect((await admin.call('GET', `/audit?order=${name}`)).body).toMatchObject({ code: 'INPUT_INVALID' });
      expect((await admin.call('GET', `/accounts/${name}`)).body).toMatchObject({ code: 'NOT_FOUND' });
    },
  );
});
