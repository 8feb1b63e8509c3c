import { testKey as tlsKey, validCertificate } from '@sealift/testkit/certificates';
import { type MailServerPeer, startMailServer } from '@sealift/testkit/mail-server';
import { readEvent, startWebhookReceiver, type WebhookReceiver } from '@sealift/testkit/webhook-receiver';
import type { FastifyInstance } from 'fastify';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApp } from '../app/build-app.ts';
import { composeConsole, type ConsoleParts } from '../app/compose.ts';
import type { Store } from '../store/store.ts';
import { openMemoryStore } from '../testing/memory-store.ts';
import { setUp, signedInAs } from '../testing/signed-in.ts';
import type { TestClient } from '../testing/test-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'sealift-notify-'));
const login = { user: 'sealift', password: 'hunter2hunter2' };
let store: Store;
let parts: ConsoleParts;
let app: FastifyInstance;
let admin: TestClient;
let ops: TestClient;
let receiver: WebhookReceiver;
let mail: MailServerPeer;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  mail = await startMailServer({ security: 'starttls', tls: { key: tlsKey, cert: validCertificate }, login });
  store = await openMemoryStore();
  parts = composeConsole(store, { dataDir: folder, simulatorUrl: undefined, site: undefined }, () => undefined);
  app = await buildApp({ parts });
  await app.ready();
  admin = await setUp(store, app);
  ops = (await signedInAs(app, admin, 'ops', 'operations')).client;
}, 60_000);
afterAll(async () => {
  await app.close();
  await store.close();
  await Promise.all([receiver.stop(), mail.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const seen = (revision: number) => ({ 'if-match': `"${revision}"` });
const webhook = (name: string, more: object = {}) => ({
  name,
  kinds: ['backup.failed'],
  target: { via: 'webhook', url: `${receiver.origin}/hook`, ca: null },
  ...more,
});
const server = () => ({
  host: 'localhost',
  port: mail.port,
  security: 'starttls',
  ca: validCertificate,
  user: login.user,
  from: 'sealift@example.org',
});

it('lets webhooks go only where a Root has allowed it', async () => {
  const policy = { consoleUrl: 'https://console.example', allowed: [{ origin: receiver.origin, local: false }] };
  expect((await ops.call('PUT', '/notifications/policy', policy, seen(0))).body).toMatchObject({
    code: 'NOT_PERMITTED',
  });
  expect((await ops.call('POST', '/notifications/subscriptions', webhook('a'))).body).toMatchObject({
    code: 'WEBHOOK_ADDRESS_NOT_ALLOWED',
  });
  expect((await admin.call('PUT', '/notifications/policy', policy, seen(0))).status).toBe(200);
  const added = await ops.call('POST', '/notifications/subscriptions', webhook('a'));
  expect([added.status, added.body['newKey']]).toEqual([201, expect.stringMatching(/^whsec_/)]);
  const { id } = added.body['subscription'] as unknown as { id: string };
  const test = () => ops.call('POST', `/notifications/subscriptions/${id}/test`);
  expect((await test()).body).toMatchObject({ code: 'WEBHOOK_ADDRESS_LOCAL' });
  const local = { ...policy, allowed: [{ origin: receiver.origin, local: true }] };
  expect((await admin.call('PUT', '/notifications/policy', local, seen(0))).body).toMatchObject({
    code: 'RECORD_CHANGED',
  });
  expect((await admin.call('PUT', '/notifications/policy', local, seen(1))).status).toBe(200);
  receiver.answer = (response) => void response.writeHead(202).end('queued');
  expect((await test()).body).toEqual({ answer: '202 Accepted: queued' });
  const [request] = receiver.requests;
  if (request === undefined) throw new Error('nothing came');
  expect(readEvent(request, String(added.body['newKey']))).toMatchObject({
    type: 'dev.sealift.test',
    data: { by: 'ops', link: 'https://console.example/administration/notifications' },
  });
});

it('changes a subscription as it was seen, with the key of before or another one, and removes it', async () => {
  const [{ id, revision }] = (await ops.call('GET', '/notifications')).body['subscriptions'] as unknown as [
    { id: string; revision: number },
  ];
  const path = `/notifications/subscriptions/${id}`;
  expect((await ops.call('PUT', path, webhook('b'))).body).toMatchObject({ code: 'PRECONDITION_MISSING' });
  const kept = await ops.call('PUT', path, webhook('b'), seen(revision));
  expect(kept.body).toMatchObject({ newKey: null, subscription: { name: 'b', revision: revision + 1 } });
  expect((await ops.call('PUT', path, webhook('c'), seen(revision))).body).toMatchObject({ code: 'RECORD_CHANGED' });
  const renewed = await ops.call('PUT', path, webhook('b', { key: 'new' }), seen(revision + 1));
  expect(renewed.body['newKey']).toMatch(/^whsec_/);
  expect((await ops.call('POST', '/notifications/subscriptions', webhook('B'))).body).toMatchObject({
    code: 'INPUT_INVALID',
    place: 'body.name',
  });
  for (const [more, place] of [
    [{ key: 'whsec_short' }, /key/],
    [{ kinds: [] }, /kinds/],
    [{ kinds: ['__proto__'] }, /kinds/],
    [{ target: { via: 'webhook', url: 'https://ann:pw@hooks.example', ca: null } }, /url/],
    [{ target: { via: 'webhook', url: 'file:///etc/passwd', ca: null } }, /url/],
    [{ target: { via: 'mail', to: ['a@b, c@d'] } }, /to/],
    [{ target: { via: 'mail', to: ['a@b\r\nBcc: x@y'] } }, /to/],
  ] as const) {
    const refused = await ops.call('POST', '/notifications/subscriptions', webhook('z', more));
    expect([refused.status, refused.body['code'], refused.text]).toEqual([
      400,
      'INPUT_INVALID',
      expect.stringMatching(place),
    ]);
  }
  expect((await ops.call('DELETE', path)).status).toBe(204);
  expect((await ops.call('DELETE', path)).body).toMatchObject({ code: 'NOT_FOUND' });
  expect((await ops.call('POST', `${path}/test`)).status).toBe(404);
});

it('keeps the password of the mail server sealed, and takes it along only to the same server', async () => {
  const put = (body: object, revision: number) => ops.call('PUT', '/notifications/mail-server', body, seen(revision));
  const test = (to = 'ops@example.org') => ops.call('POST', '/notifications/mail-server/test', { to });
  expect((await test()).body).toMatchObject({ code: 'MAIL_SERVER_MISSING' });
  expect((await put(server(), 0)).body).toMatchObject({ code: 'INPUT_INVALID', place: 'body.password' });
  expect((await put({ ...server(), security: 'none', password: 'x' }, 0)).body).toMatchObject({
    place: 'body.security',
  });
  expect((await put({ ...server(), ca: 'no certificate', password: 'x' }, 0)).body).toMatchObject({ place: 'body.ca' });
  expect((await put({ ...server(), password: 'wrong-password' }, 0)).status).toBe(200);
  expect((await test()).body).toMatchObject({ code: 'MAIL_LOGIN_REFUSED' });
  expect((await put({ ...server(), password: login.password }, 1)).status).toBe(200);
  expect((await test()).body).toMatchObject({ answer: expect.stringMatching(/^250 /) });
  expect((await put({ ...server(), from: 'console@example.org' }, 2)).status).toBe(200);
  expect((await test()).status).toBe(200);
  expect(mail.mails.map(({ from }) => from)).toEqual(['sealift@example.org', 'console@example.org']);
  expect((await put({ ...server(), host: '127.0.0.1' }, 3)).body).toMatchObject({ place: 'body.password' });
  const rows = await store.db.selectFrom('mail_server').selectAll().execute();
  const audit = await store.db.selectFrom('audit_entry').selectAll().execute();
  const shown = (await ops.call('GET', '/notifications')).text;
  expect(JSON.stringify([rows, audit, shown])).not.toMatch(/hunter2|wrong-password|whsec_/);
  expect((await ops.call('DELETE', '/notifications/mail-server', undefined, seen(3))).status).toBe(204);
  expect((await test()).body).toMatchObject({ code: 'MAIL_SERVER_MISSING' });
});

it('tells of deliveries what came back, and has one tried again, also while an upgrade runs', async () => {
  await ops.call('POST', '/notifications/subscriptions', webhook('d'));
  receiver.answer = (response) => void response.writeHead(503).end('away');
  await expect(
    parts.backups.begin({ why: 'asked', by: 'ann' }, { name: 'ann', address: 'local' }, AbortSignal.abort()).made,
  ).rejects.toMatchObject({ name: 'AbortError' });
  expect((await ops.call('GET', '/notifications/deliveries')).body).toEqual({ deliveries: [], next: null });
  await store.db.updateTable('backup_store').set({ document: '{' }).execute();
  await expect(
    parts.backups.begin({ why: 'asked', by: 'ann' }, { name: 'ann', address: 'local' }).made,
  ).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
  await parts.notifier.deliverDue(new Date());
  const [delivery] = (await ops.call('GET', '/notifications/deliveries?state=waiting')).body[
    'deliveries'
  ] as unknown as [{ id: string }];
  expect(delivery).toMatchObject({
    attempts: 1,
    answer: expect.stringContaining('answers 503: away'),
    notification: { kind: 'backup.failed', facts: { why: 'asked' } },
  });
  expect((await ops.call('GET', '/notifications')).body['subscriptions']).toMatchObject([{ waiting: 1, failed: 0 }]);
  await store.db.updateTable('console_lock').set({ upgrade_id: 'u1' }).execute();
  expect((await ops.call('POST', '/notifications/subscriptions', webhook('e'))).status).toBe(423);
  expect((await ops.call('POST', `/notifications/deliveries/${delivery.id}/retry`)).status).toBe(202);
  receiver.answer = (response) => void response.writeHead(204).end();
  await parts.notifier.deliverDue(new Date());
  expect((await ops.call('POST', `/notifications/deliveries/${delivery.id}/retry`)).body).toMatchObject({
    code: 'DELIVERY_DONE',
  });
  await parts.notifier.close();
});
