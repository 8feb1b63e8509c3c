import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAllowed, type Permission, type Role, roleSchema } from '@sealift/core/api';
import type { FastifyInstance, InjectOptions, RouteOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newSecret } from '../accounts/secret-token.ts';
import { startSession } from '../accounts/sessions.ts';
import type { Store } from '../store/store.ts';
import { openMemoryStore } from '../testing/memory-store.ts';
import { setUp, signedInAs } from '../testing/signed-in.ts';
import { TestClient } from '../testing/test-client.ts';
import { buildApp } from './build-app.ts';
import { composeConsole } from './compose.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

interface Route {
  readonly method: string;
  readonly url: string;
  readonly permission: Permission | 'anonymous' | undefined;
}

const roles = roleSchema.options;
const routes: Route[] = [];
let folder: string;
let store: Store;
let app: FastifyInstance;
/** Headers of each caller, made anew for each call: some calls end the session that they are made in. */
const callers = new Map<string, () => Promise<Record<string, string>>>();
const ids = new Map<Role, string>();

/** Hears of every route that the application declares, as the application itself does. */
function listenForRoutes(message: unknown): void {
  const { fastify } = message as { fastify: FastifyInstance };
  fastify.addHook('onRoute', ({ method, url, config }: RouteOptions) => {
    const permission = config?.permission;
    // Open to no account: gateways sign their requests (gateways.test.ts).
    if (permission === 'gateway') return;
    for (const one of [method].flat()) routes.push({ method: one, url, permission });
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-roles-'));
  store = await openMemoryStore();
  const parts = composeConsole(store, { dataDir: folder, simulatorUrl: undefined, site: undefined }, () => undefined);
  subscribe('fastify.initialization', listenForRoutes);
  app = await buildApp({ parts });
  unsubscribe('fastify.initialization', listenForRoutes);
  await app.ready();
  const admin = await setUp(store, app);
  for (const role of roles) {
    const { client, id } = await signedInAs(app, admin, `a-${role}`, role);
    ids.set(role, id);
    const token = String((await client.call('POST', '/tokens', { name: role })).body['secret']);
    callers.set(`the session of ${role}`, () => cookieOf(id, role));
    callers.set(`the token of ${role}`, () => Promise.resolve({ authorization: `Bearer ${token}` }));
    const lesser = String((await admin.call('POST', '/tokens', { name: `as ${role}`, role })).body['secret']);
    callers.set(`a token of a Root with the role ${role}`, () =>
      Promise.resolve({ authorization: `Bearer ${lesser}` }),
    );
  }
  await strangers(admin);
  // What is allowed is then refused because of the lock, and does nothing.
  await store.db.updateTable('console_lock').set({ upgrade_id: 'u1' }).execute();
});
afterAll(async () => {
  await app.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function cookieOf(id: string, role: Role): Promise<Record<string, string>> {
  const account = { id, username: `a-${role}`, role, hasPassword: true };
  const { secret } = await startSession(store.db, account, { address: '127.0.0.1', agent: 'test' });
  return { cookie: `sealift_session=${secret}` };
}

async function strangers(admin: TestClient): Promise<void> {
  const tokenOf = async (client: TestClient, role?: Role) => {
    const { body } = await client.call('POST', '/tokens', { name: 'x', ...(role === undefined ? {} : { role }) });
    return { id: String(body['id']), headers: { authorization: `Bearer ${String(body['secret'])}` } };
  };
  const add = (name: string, headers: Record<string, string>) => callers.set(name, () => Promise.resolve(headers));
  add('nobody', {});
  add('a session of another console', { cookie: `sealift_session=${newSecret()}` });
  add('a token of another console', { authorization: `Bearer ${newSecret('sealift_')}` });
  const revoked = await tokenOf(admin);
  await admin.call('DELETE', `/tokens/${revoked.id}`);
  add('a revoked token', revoked.headers);
  const expired = await tokenOf(admin);
  const past = new Date(Date.now() - 1000);
  await store.db.updateTable('api_token').set({ expires_at: past }).where('id', '=', expired.id).execute();
  add('an expired token', expired.headers);
  const ended = await cookieOf(ids.get('root') ?? '', 'root');
  await store.db.updateTable('session').set({ expires_at: past }).where('agent', '=', 'test').execute();
  add('an expired session', ended);
  for (const [name, change] of [
    ['disabled', { role: 'root', disabled: true }],
    ['demoted', { role: 'operations', disabled: false }],
  ] as const) {
    const { client, id } = await signedInAs(app, admin, name, 'root');
    const token = await tokenOf(client);
    const { revision } = (await admin.call('GET', `/accounts/${id}`)).body;
    await admin.call('PUT', `/accounts/${id}`, change, { 'if-match': `"${revision}"` });
    add(`a Root's token whose owner was ${name}`, token.headers);
    if (name === 'disabled') add('the session of a disabled account', { cookie: client.cookie ?? '' });
  }
}

/** Whether a call was let through to what the route does, or why not. */
async function outcomeOf({ method, url }: Route, headers: Record<string, string>): Promise<string> {
  const path = url.replaceAll(/:\w+/g, 'none');
  const options: InjectOptions = { method, url: path, headers };
  // An event stream never ends by itself.
  if (url === '/api/v1/events') {
    const answer = await app.inject({ ...options, payloadAsStream: true });
    answer.stream().destroy();
    return answer.statusCode === 200 ? 'passed' : String(answer.statusCode);
  }
  const writes = !['GET', 'HEAD'].includes(method);
  const answer = await app.inject({ ...options, ...(writes ? { payload: {} } : {}) });
  if (method === 'HEAD') return [401, 403].includes(answer.statusCode) ? String(answer.statusCode) : 'passed';
  const code =
    answer.headers['content-type']?.includes('json') === true ? answer.json<{ code?: string }>().code : undefined;
  if (code === 'NOT_SIGNED_IN') return '401';
  return code === 'NOT_PERMITTED' ? '403' : 'passed';
}

const api = () => routes.filter(({ url }) => url.startsWith('/api/'));

/** What each caller is answered on each route, as `METHOD path: outcome`. */
async function outcomes(caller: string): Promise<string[]> {
  const found: string[] = [];
  for (const route of api()) {
    const headers = (await callers.get(caller)?.()) ?? {};
    found.push(`${route.method} ${route.url}: ${await outcomeOf(route, headers)}`);
  }
  return found;
}

function expected(outcome: (permission: Permission) => string): string[] {
  return api().map(({ method, url, permission }) => {
    if (permission === undefined) return `${method} ${url}: declares no permission`;
    return `${method} ${url}: ${permission === 'anonymous' ? 'passed' : outcome(permission)}`;
  });
}

describe('every route', () => {
  it('is known here, and those outside the API tell nothing', () => {
    expect(api().length).toBeGreaterThan(100);
    const others = routes.filter(({ url }) => !url.startsWith('/api/')).map(({ method, url }) => `${method} ${url}`);
    expect(others.toSorted()).toEqual(['GET /healthz', 'GET /readyz', 'HEAD /healthz', 'HEAD /readyz']);
  });

  it.each(
    roles.flatMap((role) =>
      [`the session of ${role}`, `the token of ${role}`, `a token of a Root with the role ${role}`].map(
        (caller) => [caller, role] as const,
      ),
    ),
  )('lets %s do exactly what the role allows', async (caller, role) => {
    expect(await outcomes(caller)).toEqual(expected((permission) => (isAllowed(role, permission) ? 'passed' : '403')));
  });

  it.each([
    'nobody',
    'a session of another console',
    'a token of another console',
    'a revoked token',
    'an expired token',
    'an expired session',
    "a Root's token whose owner was disabled",
    "a Root's token whose owner was demoted",
    'the session of a disabled account',
  ])('asks %s for a sign-in', async (caller) => {
    expect(callers.has(caller)).toBe(true);
    expect(await outcomes(caller)).toEqual(expected(() => '401'));
  });
});

describe('what the roles are for, said once more by paths', () => {
  const passed = (role: Role) =>
    api()
      .filter(({ permission }) => permission !== undefined && permission !== 'anonymous' && isAllowed(role, permission))
      .map(({ method, url }) => `${method} ${url.replace('/api/v1', '')}`)
      .filter((route) => !route.startsWith('HEAD '));
  const own =
    /^(?:GET|DELETE) \/sessions?(?:\/:session)?$|^PUT \/session\/password$|^(?:GET|POST) \/tokens$|^DELETE \/tokens\/:id$/;

  it('a Viewer changes nothing but what is their own, and sees no account, no secret and no access to the cluster', () => {
    const others = passed('viewer').filter((route) => !own.test(route));
    expect(others.filter((route) => !route.startsWith('GET '))).toEqual([]);
    // Of a layer's texts they are answered with the secrets masked (upgrades/review).
    expect(
      others.filter((route) => /accounts|single-sign-on|kubeconfig|\/file$|export$|layers\/:layerId/.test(route)),
    ).toEqual(['GET /upgrades/:id/layers/:layerId/texts', 'GET /audit/export']);
  });

  it('an Account Administrator manages accounts, reads the audit log, and nothing of the platform', () => {
    const known =
      /^\w+ \/accounts(?:\/|$)|^GET \/audit(?:\/|$)|^GET \/events$|^GET \/access-policy$|^GET \/openapi\.json$/;
    expect(passed('account-administrator').filter((route) => !own.test(route) && !known.test(route))).toEqual([]);
  });

  it('Operations may all but accounts, how people sign in, the key of evidence, and where webhooks may go', () => {
    const all = passed('root');
    const missing = all.filter((route) => !passed('operations').includes(route));
    expect(
      missing.filter(
        (route) =>
          !/accounts|single-sign-on|^PUT \/access-policy$|^POST \/evidence-keys$|^PUT \/notifications\/policy$/.test(
            route,
          ),
      ),
    ).toEqual([]);
    expect(passed('operations').filter((route) => /accounts|single-sign-on/.test(route))).toEqual([]);
  });

  it('a Root may everything', () => {
    const guarded = api().filter(({ method, permission }) => method !== 'HEAD' && permission !== 'anonymous');
    expect(passed('root')).toHaveLength(guarded.length);
  });
});
