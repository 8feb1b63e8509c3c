import type { ApiToken, Role } from '@sealift/core/api';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildApp } from '../app/build-app.ts';
import { memoryConsole } from '../testing/memory-console.ts';
import { sharedStore } from '../testing/shared-store.ts';
import { setUp, signedInAs } from '../testing/signed-in.ts';
import { TestClient } from '../testing/test-client.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const store = sharedStore();
let app: FastifyInstance;
let admin: TestClient;

beforeEach(async () => {
  app = await buildApp({ parts: memoryConsole(store()) });
  admin = await setUp(store(), app);
});
afterEach(() => app.close());

function withSecret(secret: unknown): TestClient {
  const client = new TestClient(app);
  client.bearer = String(secret);
  return client;
}

const tokensOf = async (client: TestClient, query = '') =>
  (await client.call('GET', `/tokens${query}`)).body['tokens'] as unknown as ApiToken[];

describe('an API token', () => {
  it.each<[Role, Role, number]>([
    ['root', 'account-administrator', 201],
    ['operations', 'viewer', 201],
    ['operations', 'root', 403],
    ['operations', 'account-administrator', 403],
    ['account-administrator', 'viewer', 403],
    ['viewer', 'operations', 403],
  ])('of an account with the role %s may have the role %s: %i', async (own, role, status) => {
    const { client } = await signedInAs(app, admin, 'ann', own);
    const made = await client.call('POST', '/tokens', { name: 'ci', role });
    expect(made.status).toBe(status);
    if (status === 403) expect(made.body).toMatchObject({ code: 'ROLE_BEYOND', place: 'body.role' });
    else expect((await withSecret(made.body['secret']).call('GET', '/session')).body).toMatchObject({ role });
  });

  it('makes none that may more than itself, though its owner may', async () => {
    const made = await admin.call('POST', '/tokens', { name: 'ci', role: 'viewer' });
    const viewer = withSecret(made.body['secret']);
    expect((await viewer.call('POST', '/tokens', { name: 'x', role: 'root' })).body).toMatchObject({
      code: 'ROLE_BEYOND',
    });
    expect((await viewer.call('POST', '/tokens', { name: 'x' })).body).toMatchObject({ role: 'viewer' });
    expect((await viewer.call('GET', '/accounts')).body).toMatchObject({ code: 'NOT_PERMITTED' });
  });

  it("rests while its owner's role allows less, and works again afterwards", async () => {
    const { client, id } = await signedInAs(app, admin, 'ann', 'operations');
    const token = withSecret((await client.call('POST', '/tokens', { name: 'ci' })).body['secret']);
    const change = async (role: Role) => {
      const { revision } = (await admin.call('GET', `/accounts/${id}`)).body;
      await admin.call('PUT', `/accounts/${id}`, { role, disabled: false }, { 'if-match': `"${revision}"` });
    };
    await change('viewer');
    expect((await token.call('GET', '/session')).status).toBe(401);
    expect((await client.call('GET', '/session')).body).toMatchObject({ role: 'viewer' });
    await change('root');
    expect((await token.call('GET', '/session')).body).toMatchObject({ role: 'operations' });
  });

  it('tells when and from where it was last used, and writes that down at most once a minute', async () => {
    const made = await admin.call('POST', '/tokens', { name: 'ci' });
    expect(made.body).toMatchObject({ owner: 'admin', role: 'root', lastUsedAt: null, lastUsedFrom: null });
    const use = async (remoteAddress: string) => {
      const headers = { authorization: `Bearer ${String(made.body['secret'])}` };
      await app.inject({ method: 'GET', url: '/api/v1/session', remoteAddress, headers });
      return (await tokensOf(admin))[0];
    };
    const first = await use('192.0.2.1');
    expect(first).toMatchObject({ lastUsedFrom: '192.0.2.1', lastUsedAt: expect.any(String) });
    expect(await use('192.0.2.1')).toEqual(first);
    expect(await use('192.0.2.2')).toMatchObject({ lastUsedFrom: '192.0.2.2' });
  });

  it("is its owner's to see and to remove, and of whoever manages accounts", async () => {
    const { client: ann } = await signedInAs(app, admin, 'ann', 'viewer');
    const { client: kim } = await signedInAs(app, admin, 'kim', 'account-administrator');
    const ofAdmin = (await admin.call('POST', '/tokens', { name: 'a' })).body;
    const ofAnn = (await ann.call('POST', '/tokens', { name: 'b' })).body;
    expect((await tokensOf(ann)).map(({ name }) => name)).toEqual(['b']);
    expect((await ann.call('GET', '/tokens?of=everybody')).body).toMatchObject({ code: 'NOT_PERMITTED' });
    expect((await ann.call('DELETE', `/tokens/${ofAdmin['id']}`)).body).toMatchObject({ code: 'NOT_FOUND' });
    expect((await tokensOf(kim, '?of=everybody')).map(({ owner }) => owner).toSorted()).toEqual(['admin', 'ann']);
    expect((await kim.call('DELETE', `/tokens/${ofAnn['id']}`)).status).toBe(204);
    const { details } = await store()
      .db.selectFrom('audit_entry')
      .selectAll()
      .orderBy('sequence', 'desc')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(details)).toMatchObject({ owner: 'ann' });
  });
});
