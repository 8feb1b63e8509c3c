import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { waitUntil } from '@sealift/testkit/wait-until';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildApp } from '../app/build-app.ts';
import { memoryConsole } from '../testing/memory-console.ts';
import { sharedStore, storeKinds } from '../testing/shared-store.ts';
import { setUp, signedInAs } from '../testing/signed-in.ts';
import type { TestClient } from '../testing/test-client.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

for (const { kind, name, skip } of storeKinds) {
  describe.skipIf(skip)(`on ${name}`, () => {
    const store = sharedStore(kind);
    let app: FastifyInstance;
    let other: FastifyInstance | undefined;
    let admin: TestClient;
    beforeEach(async () => {
      app = await buildApp({ parts: memoryConsole(store()) });
      admin = await setUp(store(), app);
    });
    afterEach(async () => {
      await app.close();
      await other?.close();
      other = undefined;
    });

    const key = (name: string) => ({ 'idempotency-key': `"${name}"` });
    const invite = { name: 'berlin-1', site: 'berlin' };
    const renew = { reason: 'a year is over' };

    /** Evidence keys are made anew by each act, and a good place to count. */
    async function keysMade(): Promise<number> {
      const rows = await store()
        .db.selectFrom('audit_entry')
        .select('sequence')
        .where('action', '=', 'evidence-key.renew')
        .execute();
      return rows.length;
    }

    const renewKey = (name: string, client = admin, body: object = renew) =>
      client.call('POST', '/evidence-keys', body, key(name));

    async function remembered() {
      return await store().db.selectFrom('idempotent_request').selectAll().execute();
    }

    describe('the same request with the same key', () => {
      it('is answered the same, and does nothing a second time', async () => {
        const first = await renewKey('a');
        const again = await renewKey('a');
        expect([first.status, again.status]).toEqual([201, 201]);
        expect(again.text).toBe(first.text);
        expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([
          undefined,
          'true',
        ]);
        expect(await keysMade()).toBe(1);
      });

      it('takes a key without quotes for the same', async () => {
        await renewKey('a');
        const again = await admin.call('POST', '/evidence-keys', renew, { 'idempotency-key': 'a' });
        expect(again.headers['idempotency-replayed']).toBe('true');
      });

      it('is done once by two at the same time; the other one is told, or gets the same answer', async () => {
        const answers = await Promise.all([renewKey('a'), renewKey('a'), renewKey('a')]);
        const ends = answers.map(({ status, body }) => (status === 201 ? 201 : body['code']));
        expect(ends.filter((end) => end !== 201 && end !== 'IDEMPOTENCY_UNDER_WAY')).toEqual([]);
        expect(ends).toContain(201);
        expect(await keysMade()).toBe(1);
      });

      it('is answered by another console of the same store, also after the first one ended', async () => {
        const first = await renewKey('a');
        other = await buildApp({ parts: memoryConsole(store()) });
        await app.close();
        const { cookie = '' } = admin;
        const again = await other.inject({
          method: 'POST',
          url: '/api/v1/evidence-keys',
          payload: renew,
          headers: { cookie, ...key('a') },
        });
        expect(again.body).toBe(first.text);
        expect(await keysMade()).toBe(1);
      });

      it('is another request once it was forgotten, after a day', async () => {
        await renewKey('a');
        const [row] = await remembered();
        expect((row?.expires_at.getTime() ?? 0) - (row?.begun_at.getTime() ?? 0)).toBe(24 * 3_600_000);
        await store().db.updateTable('idempotent_request').set({ expires_at: sql<Date>`now()` }).execute();
        expect((await renewKey('a')).headers['idempotency-replayed']).toBeUndefined();
        expect(await keysMade()).toBe(2);
        expect(await remembered()).toHaveLength(1);
      });

      it('is another request where the first one was refused', async () => {
        expect((await renewKey('a', admin, { reason: '' })).status).toBe(400);
        const missing = await admin.call('POST', '/notifications/deliveries/none/retry', undefined, key('b'));
        expect(missing.status).toBe(404);
        expect(await remembered()).toEqual([]);
        expect((await renewKey('a')).status).toBe(201);
      });

      it('is answered although what it did locks the console; another one is refused', async () => {
        const first = await admin.call('POST', '/accounts', { username: 'eve', role: 'viewer' }, key('eve'));
        expect(first.status).toBe(201);
        await store().db.updateTable('console_lock').set({ upgrade_id: 'u1' }).execute();
        const again = await admin.call('POST', '/accounts', { username: 'eve', role: 'viewer' }, key('eve'));
        expect(again.body['code']).toBe('IDEMPOTENCY_ANSWER_NOT_KEPT');
        const refused = await admin.call('POST', '/accounts', { username: 'mallory', role: 'viewer' }, key('mallory'));
        expect(refused.body['code']).toBe('CONSOLE_LOCKED');
        expect((await remembered()).map(({ status }) => status).filter((status) => status === null)).toEqual([]);
      });
    });

    describe('the same key', () => {
      it('with another body, or for another path, is refused', async () => {
        await renewKey('a');
        const body = await renewKey('a', admin, { reason: 'another one' });
        const path = await admin.call('POST', '/audit/checkpoints', undefined, key('a'));
        for (const { status, body: answered } of [body, path]) {
          expect([status, answered['code'], answered['place']]).toEqual([
            422,
            'IDEMPOTENCY_KEY_REUSED',
            'Idempotency-Key',
          ]);
        }
        expect(await keysMade()).toBe(1);
      });

      it('of another person is another key', async () => {
        const { client } = await signedInAs(app, admin, 'ann', 'root');
        const first = await renewKey('a');
        const hers = await renewKey('a', client);
        expect(hers.status).toBe(201);
        expect(hers.text).not.toBe(first.text);
      });

      it('opens nothing to whoever may not: access is looked at first', async () => {
        await renewKey('a');
        const { client } = await signedInAs(app, admin, 'vic', 'viewer');
        expect((await renewKey('a', client)).status).toBe(403);
        client.cookie = undefined;
        expect((await renewKey('a', client)).status).toBe(401);
        expect(await remembered()).toHaveLength(1);
      });

      it.each(['""', '"a", "b"', 'a b', `"${'k'.repeat(129)}"`, '"ü"', '"a'])('has to be one: %s', async (header) => {
        const answer = await admin.call('POST', '/evidence-keys', renew, { 'idempotency-key': header });
        expect([answer.status, answer.body['place']]).toEqual([400, 'Idempotency-Key']);
        expect(await keysMade()).toBe(0);
      });
    });

    describe('what is kept', () => {
      it('holds no secret that is shown once: asked again, it is said that it was done', async () => {
        const made = await admin.call('POST', '/tokens', { name: 'ci' }, key('token'));
        const again = await admin.call('POST', '/tokens', { name: 'ci' }, key('token'));
        expect([again.status, again.body['code']]).toEqual([409, 'IDEMPOTENCY_ANSWER_NOT_KEPT']);
        expect(again.body['detail']).toContain('shown only once');
        const listed = (await admin.call('GET', '/tokens')).body as unknown as { tokens: unknown[] };
        expect(listed.tokens).toHaveLength(1);
        const [row] = await remembered();
        expect(row?.answer).toBeNull();
        expect(JSON.stringify(row)).not.toContain(String(made.body['secret']));
        expect(JSON.stringify(row)).not.toContain('"token"');
      });

      it('is bounded for each account', async () => {
        const { id } = await store().db.selectFrom('account').select('id').executeTakeFirstOrThrow();
        await sql`insert into idempotent_request (account_id, key_hash, fingerprint, begun_at, alive_until, expires_at)
      select ${id}, n::text, '', now(), now(), now() + interval '1 hour' from generate_series(1, 2000) n`.execute(
          store().db,
        );
        const refused = await renewKey('a');
        expect([refused.status, refused.body['code']]).toEqual([429, 'IDEMPOTENCY_KEYS_LIMIT']);
        expect(await remembered()).toHaveLength(2000);
        expect((await admin.call('POST', '/evidence-keys', renew)).status).toBe(201);
      });
    });

    describe('a request that nobody answered', () => {
      it('is not done again: that its end is unknown is said', async () => {
        await renewKey('a');
        const gone = { status: null, answered_at: null, answer: null };
        await store().db.updateTable('idempotent_request').set(gone).execute();
        expect((await renewKey('a')).body['code']).toBe('IDEMPOTENCY_UNDER_WAY');
        await store().db.updateTable('idempotent_request').set({ alive_until: sql<Date>`now()` }).execute();
        const answer = await renewKey('a');
        expect([answer.status, answer.body['code']]).toEqual([409, 'IDEMPOTENCY_END_UNKNOWN']);
        expect(await keysMade()).toBe(1);
      });

      it('because the line was cut is found answered when it is sent again', async () => {
        await app.listen({ host: '127.0.0.1', port: 0 });
        const { port } = app.server.address() as AddressInfo;
        const body = JSON.stringify(renew);
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        const head = `POST /api/v1/evidence-keys HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${admin.cookie}\r\nidempotency-key: "cut"\r\n`;
        socket.write(`${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
        await waitUntil('the request', async () => (await remembered()).length === 1);
        socket.destroy();
        await waitUntil('its answer', async () => (await renewKey('cut')).status === 201);
        expect(await keysMade()).toBe(1);
      });
    });

    it('an invitation is made once, too', async () => {
      expect((await admin.call('POST', '/gateways/invites', invite, key('i'))).status).toBe(201);
      expect((await admin.call('POST', '/gateways/invites', invite, key('i'))).status).toBe(409);
    });
  });
}
