import type { AccountView } from '@sealift/core/api';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildApp } from '../app/build-app.ts';
import { memoryConsole } from '../testing/memory-console.ts';
import { sharedStore } from '../testing/shared-store.ts';
import { password, setUp, signedInAs } from '../testing/signed-in.ts';
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

async function accounts(): Promise<AccountView[]> {
  return (await admin.call('GET', '/accounts')).body['accounts'] as unknown as AccountView[];
}

async function named(username: string): Promise<AccountView> {
  const found = (await accounts()).find((account) => account.username === username);
  if (found === undefined) throw new Error(`no ${username}`);
  return found;
}

const put = async (client: TestClient, username: string, change: object, revision?: number) => {
  const { id, revision: now } = await named(username);
  return await client.call('PUT', `/accounts/${id}`, change, { 'if-match': `"${revision ?? now}"` });
};

async function audited() {
  const rows = await store().db.selectFrom('audit_entry').selectAll().orderBy('sequence').execute();
  return rows.map(({ actor, action, subject, details }) => ({ actor, action, subject, details }));
}

describe('an account', () => {
  it('is made without a password, and its owner chooses one with a link that works once', async () => {
    const made = await admin.call('POST', '/accounts', { username: 'ann', role: 'viewer' });
    expect(made).toMatchObject({ status: 201, body: { account: { role: 'viewer', hasPassword: false } } });
    const { token } = made.body['link'] as unknown as { token: string };
    const owner = new TestClient(app);
    const tooCommon = await owner.call('POST', '/password-link', { token, password: 'Password123456!' });
    expect(tooCommon.body).toMatchObject({ code: 'PASSWORD_TOO_COMMON', place: 'body.password' });
    expect((await owner.call('POST', '/password-link', { token, password })).status).toBe(204);
    const again = await owner.call('POST', '/password-link', { token, password: 'another four words here' });
    expect(again).toMatchObject({ status: 403, body: { code: 'PASSWORD_LINK_INVALID' } });
    expect((await owner.call('POST', '/session', { username: 'ANN', password })).body).toMatchObject({
      role: 'viewer',
    });
    expect(await named('ann')).toMatchObject({ hasPassword: true, sessions: 1, linkExpiresAt: null });
    const everything = JSON.stringify(await audited());
    expect(everything).not.toContain(token);
    expect(everything).toContain('"account.create"');
    expect(everything).toContain('account.choose-password');
  });

  it('is refused under a name that differs in case only, also of two at once', async () => {
    const make = (username: string) => admin.call('POST', '/accounts', { username, role: 'viewer' });
    const answers = await Promise.all([make('Bob'), make('bob')]);
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['201', '409']);
    expect((await make('ADMIN')).body).toMatchObject({ code: 'ACCOUNT_EXISTS', place: 'body.username' });
  });

  it('is changed only by whoever saw it as it is', async () => {
    await signedInAs(app, admin, 'ann', 'viewer');
    const { id, revision } = await named('ann');
    const change = { role: 'operations', disabled: false };
    expect((await admin.call('PUT', `/accounts/${id}`, change)).body).toMatchObject({
      code: 'PRECONDITION_MISSING',
      status: 428,
    });
    expect((await put(admin, 'ann', change, revision + 7)).body).toMatchObject({ code: 'RECORD_CHANGED', status: 412 });
    const changed = await put(admin, 'ann', change);
    expect(changed).toMatchObject({ status: 200, body: { role: 'operations', revision: revision + 1 } });
    expect(changed.headers['etag']).toBe(`"${revision + 1}"`);
    expect((await put(admin, 'ann', { ...change, role: 'viewer' }, revision)).status).toBe(412);
    expect((await audited()).at(-1)).toMatchObject({
      action: 'account.change',
      subject: 'ann',
      details: '{"after":{"disabled":false,"role":"operations"},"before":{"disabled":false,"role":"viewer"}}',
    });
  });

  it('that is disabled has no session and no token any more, and cannot sign in with the right password', async () => {
    const { client: ann } = await signedInAs(app, admin, 'ann', 'operations');
    const token = new TestClient(app);
    token.bearer = String((await ann.call('POST', '/tokens', { name: 'ci' })).body['secret']);
    expect((await token.call('GET', '/session')).status).toBe(200);
    await put(admin, 'ann', { role: 'operations', disabled: true });
    for (const client of [ann, token]) expect((await client.call('GET', '/session')).status).toBe(401);
    const refused = await new TestClient(app).call('POST', '/session', { username: 'ann', password });
    expect(refused.body).toMatchObject({ code: 'SIGN_IN_REFUSED' });
    expect((await audited()).at(-1)).toMatchObject({
      action: 'session.refused',
      details: '{"disabled":true,"locked":false}',
    });
    await put(admin, 'ann', { role: 'operations', disabled: false });
    expect((await token.call('GET', '/session')).status).toBe(200);
    expect((await ann.call('GET', '/session')).status).toBe(401);
  });

  it('that is removed takes its sessions and tokens with it', async () => {
    const { client: ann, id } = await signedInAs(app, admin, 'ann', 'viewer');
    await ann.call('POST', '/tokens', { name: 'ci' });
    const { revision } = await named('ann');
    expect((await admin.call('DELETE', `/accounts/${id}`)).status).toBe(428);
    expect((await admin.call('DELETE', `/accounts/${id}`, undefined, { 'if-match': `"${revision}"` })).status).toBe(
      204,
    );
    expect((await ann.call('GET', '/session')).status).toBe(401);
    expect((await admin.call('GET', '/tokens?of=everybody')).body).toEqual({ tokens: [] });
  });

  it('has its password reset by a link; the old one works until it is used, then every session ends', async () => {
    const { client: ann, id } = await signedInAs(app, admin, 'ann', 'viewer');
    const first = await admin.call('POST', `/accounts/${id}/password-link`);
    const second = await admin.call('POST', `/accounts/${id}/password-link`);
    const tokenOf = (answer: typeof first) => (answer.body['link'] as unknown as { token: string }).token;
    const choose = (token: string, chosen: string) =>
      new TestClient(app).call('POST', '/password-link', { token, password: chosen });
    expect((await choose(tokenOf(first), 'another four words here')).body).toMatchObject({
      code: 'PASSWORD_LINK_INVALID',
    });
    expect((await choose(tokenOf(second), password)).body).toMatchObject({ code: 'PASSWORD_REUSED' });
    expect((await ann.call('GET', '/session')).status).toBe(200);
    expect((await choose(tokenOf(second), 'another four words here')).status).toBe(204);
    expect((await ann.call('GET', '/session')).status).toBe(401);
    const signIn = (chosen: string) =>
      new TestClient(app).call('POST', '/session', { username: 'ann', password: chosen });
    expect((await signIn(password)).status).toBe(401);
    expect((await signIn('another four words here')).status).toBe(200);
    const links = await store().db.selectFrom('password_link').selectAll().execute();
    expect(links).toEqual([]);
  });

  it('of nobody has no link, no session and no change', async () => {
    for (const [method, path] of [
      ['GET', '/accounts/none'],
      ['POST', '/accounts/none/password-link'],
      ['GET', '/accounts/none/sessions'],
      ['DELETE', '/accounts/none/sessions'],
    ] as const)
      expect((await admin.call(method, path)).body).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the last Root', () => {
  it('cannot be demoted, disabled or removed, also where two take the role from each other at once', async () => {
    const { client: bea, id } = await signedInAs(app, admin, 'bea', 'root');
    const { id: adminId, revision } = await named('admin');
    const demote = { role: 'viewer', disabled: false };
    const [one, other] = await Promise.all([
      admin.call('PUT', `/accounts/${id}`, demote, { 'if-match': `"${(await named('bea')).revision}"` }),
      bea.call('PUT', `/accounts/${adminId}`, demote, { 'if-match': `"${revision}"` }),
    ]);
    expect([one, other].map(({ status }) => String(status)).toSorted()).toEqual(['200', '409']);
    expect([one, other].find(({ status }) => status === 409)?.body).toMatchObject({ code: 'LAST_ROOT' });
    const roots = await store().db.selectFrom('account').select('id').where('role', '=', 'root').execute();
    expect(roots).toHaveLength(1);
  });

  it('is one that has a password: one whose owner has not chosen any does not count, nor one that signs in elsewhere', async () => {
    const { client: bea } = await signedInAs(app, admin, 'bea', 'root');
    await store()
      .db.updateTable('account')
      .set({ password_hash: null, provider_subject: 'x' })
      .where('username', '=', 'bea')
      .execute();
    for (const change of [
      { role: 'viewer', disabled: false },
      { role: 'root', disabled: true },
    ])
      expect((await put(bea, 'admin', change)).body).toMatchObject({ code: 'LAST_ROOT' });
    const { id, revision } = await named('admin');
    const gone = await bea.call('DELETE', `/accounts/${id}`, undefined, { 'if-match': `"${revision}"` });
    expect(gone.body).toMatchObject({ code: 'LAST_ROOT' });
    expect((await put(admin, 'bea', { role: 'viewer', disabled: false })).body).toMatchObject({
      code: 'ACCOUNT_ELSEWHERE',
    });
  });
});

describe('an Account Administrator', () => {
  it('does not become a Root: neither by an account of their own, nor by another one', async () => {
    const { client: kim, id } = await signedInAs(app, admin, 'kim', 'account-administrator');
    const { id: adminId } = await named('admin');
    const root = { role: 'root', disabled: false };
    await signedInAs(app, admin, 'ann', 'viewer');
    expect((await kim.call('POST', '/accounts', { username: 'eve', role: 'root' })).body).toMatchObject({
      code: 'ACCOUNT_OF_ROOT',
    });
    expect((await put(kim, 'ann', root)).body).toMatchObject({ code: 'ACCOUNT_OF_ROOT' });
    expect((await put(kim, 'admin', { role: 'viewer', disabled: false })).body).toMatchObject({
      code: 'ACCOUNT_OF_ROOT',
    });
    expect((await kim.call('POST', `/accounts/${adminId}/password-link`)).body).toMatchObject({
      code: 'ACCOUNT_OF_ROOT',
    });
    expect((await kim.call('DELETE', `/accounts/${adminId}/sessions`)).body).toMatchObject({ code: 'ACCOUNT_OF_ROOT' });
    expect((await put(kim, 'kim', { role: 'operations', disabled: false })).body).toMatchObject({
      code: 'ACCOUNT_OWN',
    });
    expect((await put(kim, 'ann', { role: 'operations', disabled: false })).status).toBe(200);
    expect((await kim.call('DELETE', `/accounts/${id}/sessions`)).status).toBe(204);
    expect((await kim.call('GET', '/session')).status).toBe(401);
  });
});

describe("one's own password", () => {
  it('is changed with the one of now; other sessions end and this one goes on', async () => {
    const other = new TestClient(app);
    await other.call('POST', '/session', { username: 'admin', password });
    const change = (current: string, chosen: string) =>
      admin.call('PUT', '/session/password', { current, password: chosen });
    expect((await change('not the password', 'another four words here')).body).toMatchObject({
      code: 'INPUT_INVALID',
      place: 'body.current',
    });
    expect((await change(password, 'too short')).body).toMatchObject({ code: 'INPUT_INVALID', place: 'body.password' });
    expect((await change(password, 'Password123456!')).body).toMatchObject({ code: 'PASSWORD_TOO_COMMON' });
    expect((await change(password, password)).body).toMatchObject({ code: 'PASSWORD_REUSED' });
    expect((await change(password, 'another four words here')).status).toBe(204);
    expect((await change('another four words here', password)).body).toMatchObject({ code: 'PASSWORD_REUSED' });
    expect((await admin.call('GET', '/session')).status).toBe(200);
    expect((await other.call('GET', '/session')).status).toBe(401);
    const everything = JSON.stringify(await audited());
    expect(everything).not.toMatch(/another four words|four random words/);
  });
});

describe('sessions', () => {
  it('are listed for their owner, and ended one by one; those of others are not', async () => {
    const { client: ann } = await signedInAs(app, admin, 'ann', 'viewer');
    const second = new TestClient(app);
    await second.call('POST', '/session', { username: 'ann', password }, { 'user-agent': 'another\u001b[2J browser' });
    const list = (await ann.call('GET', '/sessions')).body['sessions'] as unknown as {
      id: string;
      isThis: boolean;
      agent: string;
    }[];
    expect(list.filter(({ isThis }) => isThis)).toHaveLength(1);
    const other = list.find(({ isThis }) => !isThis);
    expect(other?.agent).toBe('another [2J browser');
    expect((await admin.call('DELETE', `/sessions/${other?.id}`)).body).toMatchObject({ code: 'NOT_FOUND' });
    expect((await second.call('GET', '/session')).status).toBe(200);
    expect((await ann.call('DELETE', `/sessions/${other?.id}`)).status).toBe(204);
    expect((await second.call('GET', '/session')).status).toBe(401);
  });
});
