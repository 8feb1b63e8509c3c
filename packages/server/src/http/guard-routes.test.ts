import { isAllowed, type Permission, permissions } from '@sealift/core/api';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { type Guard, guardRoutes } from './guard-routes.ts';
import type { Principal } from './principal.ts';
import { answerProblems } from './problems.ts';

const ann: Principal = {
  accountId: 'a',
  name: 'ann',
  address: '127.0.0.1',
  role: 'root',
  hasPassword: true,
  expiresAt: new Date('2030-01-01'),
};

let app: FastifyInstance | undefined;
afterEach(() => app?.close());

/** An application whose caller may only what is named, with one route that changes something. */
function guarded(allowed: readonly Permission[], guard: Partial<Guard> = {}) {
  const made = Fastify({ bodyLimit: 10 });
  app = made;
  answerProblems(
    made,
    () => Promise.resolve(undefined),
    () => undefined,
  );
  guardRoutes(made, {
    authenticate: () => Promise.resolve(ann),
    lockedBy: () => Promise.resolve(null),
    isAllowed: (_role, permission) => allowed.includes(permission),
    ...guard,
  });
  made.post('/upgrade', { config: { permission: 'upgrades.confirm' } }, () => ({ done: true }));
  return made;
}

describe('a guarded route', () => {
  it('answers whoever has its permission', async () => {
    const answer = await guarded(['upgrades.confirm']).inject({ method: 'POST', url: '/upgrade' });
    expect(answer.json()).toEqual({ done: true });
  });

  it('refuses whoever lacks it, before the body is read', async () => {
    const body = { payload: 'x'.repeat(100), headers: { 'content-type': 'application/json' } };
    const answer = await guarded(['upgrades.read']).inject({ method: 'POST', url: '/upgrade', ...body });
    expect(answer.json()).toMatchObject({ code: 'NOT_PERMITTED', status: 403 });
    expect(answer.json().detail).toContain('upgrades.confirm');
  });

  it('asks for a sign-in first', async () => {
    const strange = guarded([], { authenticate: () => Promise.resolve(null) });
    const answer = await strange.inject({ method: 'POST', url: '/upgrade' });
    expect(answer.json()).toMatchObject({ code: 'NOT_SIGNED_IN', status: 401 });
  });

  it('tells of the lock only whoever might change something', async () => {
    const locked = { lockedBy: () => Promise.resolve('u1') };
    const may = await guarded(['upgrades.confirm'], locked).inject({ method: 'POST', url: '/upgrade' });
    expect(may.json()).toMatchObject({ code: 'CONSOLE_LOCKED' });
    await app?.close();
    const mayNot = await guarded([], locked).inject({ method: 'POST', url: '/upgrade' });
    expect(mayNot.json()).toMatchObject({ code: 'NOT_PERMITTED' });
  });

  it('is closed to API tokens too while an upgrade locks the console', async () => {
    const locked = guarded(['upgrades.confirm'], { lockedBy: () => Promise.resolve('u1') });
    const headers = { authorization: 'Bearer sealift_x' };
    const answer = await locked.inject({ method: 'POST', url: '/upgrade', headers });
    expect(answer.json()).toMatchObject({ code: 'CONSOLE_LOCKED' });
  });

  it.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'http://console.example:8081' }],
    [{ origin: 'http://console.example.evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('refuses a change from another page, with a body or without: %j', async (headers) => {
    const app = guarded(['upgrades.confirm']);
    const host = 'console.example:8080';
    for (const payload of [{}, { payload: '{}' }]) {
      const answer = await app.inject({ method: 'POST', url: '/upgrade', headers: { host, ...headers }, ...payload });
      expect(answer.json()).toMatchObject({ code: 'ORIGIN_REFUSED' });
    }
  });

  it.each([
    [{ origin: 'http://console.example:8080' }],
    [{ origin: 'https://console.example:8080' }],
    [{ 'sec-fetch-site': 'same-origin' }],
    [{ 'sec-fetch-site': 'none' }],
    [{}],
  ])('answers its own page, and programs: %j', async (headers) => {
    const answer = await guarded(['upgrades.confirm']).inject({
      method: 'POST',
      url: '/upgrade',
      headers: { host: 'console.example:8080', ...headers },
    });
    expect(answer.json()).toEqual({ done: true });
  });

  it('cannot be declared without a permission', () => {
    expect(() => guarded([]).get('/open', () => 'everything')).toThrow('GET /open declares no permission');
  });

  it('answers anybody where it says so', async () => {
    const strange = guarded([], { authenticate: () => Promise.resolve(null) });
    strange.get('/open', { config: { permission: 'anonymous' } }, () => ({ open: true }));
    expect((await strange.inject('/open')).json()).toEqual({ open: true });
  });
});

it('an administrator may everything', () => {
  expect(permissions.filter((permission) => !isAllowed('root', permission))).toEqual([]);
});
