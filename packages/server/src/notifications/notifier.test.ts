import type { SubscriptionRequest } from '@sealift/core/api';
import { newsOfBackup } from '@sealift/core/notification';
import { testKey as tlsKey, validCertificate } from '@sealift/testkit/certificates';
import { type MailServerPeer, startMailServer } from '@sealift/testkit/mail-server';
import { waitUntil } from '@sealift/testkit/wait-until';
import { readEvent, startWebhookReceiver, type WebhookReceiver } from '@sealift/testkit/webhook-receiver';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { applyEvent } from '../engine/journal-store.ts';
import { EventBus } from '../notify/event-bus.ts';
import { testKey } from '../testing/backup-keeper.ts';
import { storeConfirmedUpgrade } from '../testing/confirmed-upgrade.ts';
import { sharedStore } from '../testing/shared-store.ts';
import { listDeliveries, retryDelivery } from './deliveries.ts';
import { Notifier } from './notifier.ts';
import { recordNews } from '../outbox/record-news.ts';
import { changeMailServer } from './settings/mail-server.ts';
import { changeNotificationPolicy } from './settings/policy.ts';
import { addSubscription, changeSubscription, removeSubscription } from './settings/subscriptions.ts';

const store = sharedStore();
const ann = { name: 'ann', address: 'local' };
const login = { user: 'sealift', password: 'hunter2hunter2' };
const day = 24 * 60 * 60_000;
const begin = new Date('2026-11-29T12:00:00.000Z');
const after = (ms: number): Date => new Date(begin.getTime() + ms);
const key = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
let receiver: WebhookReceiver;
let mail: MailServerPeer;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  mail = await startMailServer({ security: 'starttls', tls: { key: tlsKey, cert: validCertificate }, login });
});
afterAll(() => Promise.all([receiver.stop(), mail.stop()]));
beforeEach(async () => {
  receiver.requests.length = 0;
  receiver.answer = (response) => void response.writeHead(204).end();
  mail.mails.length = 0;
  mail.asked.length = 0;
  mail.refuse = () => undefined;
  await changeNotificationPolicy(store().db, ann, 0, {
    consoleUrl: 'https://console.example',
    allowed: [{ origin: receiver.origin, local: true }],
  });
});

const keeping = () => ({ db: store().db, secretKey: testKey });
const notifierOf = (events = new EventBus()) => new Notifier({ ...keeping(), events, random: () => 0 });
async function subscribe(changes: Partial<SubscriptionRequest> = {}): Promise<string> {
  const target = { via: 'webhook', url: `${receiver.origin}/hook`, ca: null } as const;
  const request = { name: 'hooks', kinds: ['backup.failed' as const], target, key, ...changes };
  return (await addSubscription(keeping(), ann, request)).id;
}
async function subscribeMail(...to: string[]): Promise<void> {
  await changeMailServer(keeping(), ann, 0, {
    host: 'localhost',
    port: mail.port,
    security: 'starttls',
    ca: validCertificate,
    user: login.user,
    password: login.password,
    from: 'sealift@example.org',
  });
  await addSubscription(keeping(), ann, { name: 'people', kinds: ['backup.failed'], target: { via: 'mail', to } });
}
const failBackup = (message = 'no space'): Promise<void> =>
  store()
    .db.transaction()
    .execute((trx) => recordNews(trx, newsOfBackup('schedule', message)));
const list = (state?: 'waiting' | 'delivered' | 'failed') =>
  listDeliveries(store().db, { limit: 50, ...(state === undefined ? {} : { state }) }).then(
    ({ deliveries }) => deliveries,
  );

describe('what is to be told', () => {
  it('is stored with what it tells of, or neither is', async () => {
    const { db } = store();
    const id = '6d8f5a0e-0000-4000-8000-000000000001';
    await storeConfirmedUpgrade(db, id);
    await subscribe({ kinds: ['upgrade.paused'] });
    const undone = db.transaction().execute(async (trx) => {
      await applyEvent(trx, id, 'pause', 0, { by: 'ann' });
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    const notifier = notifierOf();
    await notifier.deliverDue(begin);
    expect(receiver.requests).toEqual([]);
    await db.transaction().execute((trx) => applyEvent(trx, id, 'pause', 0, { by: 'ann' }));
    await notifier.deliverDue(begin);
    expect(receiver.requests.map((request) => readEvent(request, key))).toMatchObject([
      {
        type: 'dev.sealift.upgrade.paused',
        subject: id,
        source: 'https://console.example',
        data: { from: '1.0.0', to: '1.0.1', by: 'ann', link: `https://console.example/updates/${id}` },
      },
    ]);
  });

  it('is told only to who is subscribed to its kind', async () => {
    await subscribe({ kinds: ['release.found'] });
    await failBackup();
    await notifierOf().deliverDue(begin);
    expect([receiver.requests, await list()]).toEqual([[], []]);
  });

  it('is told to each place by itself: one that refuses holds up no other, and gets it again alone', async () => {
    await subscribeMail('new@example.org', 'ops@example.org');
    await subscribe();
    mail.refuse = (to) => (to === 'new@example.org' ? '451 4.7.1 greylisted' : undefined);
    await failBackup();
    const notifier = notifierOf();
    await notifier.deliverDue(begin);
    await notifier.deliverDue(after(1000));
    expect([mail.mails.map(({ to }) => to), receiver.requests.length]).toEqual([[['ops@example.org']], 1]);
    expect(await list('waiting')).toMatchObject([
      { recipient: 'new@example.org', attempts: 1, answer: expect.stringContaining('451 4.7.1 greylisted') },
    ]);
    mail.refuse = () => undefined;
    await notifier.deliverDue(after(9000));
    expect(mail.mails).toHaveLength(1);
    await notifier.deliverDue(after(10_000));
    expect(mail.mails.map(({ to }) => to)).toEqual([['ops@example.org'], ['new@example.org']]);
    expect((await list()).map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered']);
  });

  it('is tried less and less often, given up after a day, and tried again when a person says so', async () => {
    await subscribe();
    receiver.answer = (response) => void response.writeHead(503).end('away');
    await failBackup();
    const notifier = notifierOf();
    const times: number[] = [];
    for (let now = 0; now <= 2 * day; now += 10_000) {
      const waiting = times.length === 0 || (await list('waiting'))[0];
      if (waiting === undefined) break;
      if (waiting !== true) now = Math.max(now, Date.parse(waiting.nextAt ?? '') - begin.getTime());
      times.push(now);
      await notifier.deliverDue(after(now));
    }
    const pauses = times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / 1000);
    expect(pauses.slice(0, 4)).toEqual([10, 20, 40, 80]);
    expect(Math.max(...pauses)).toBe(3600);
    expect(times.at(-1)).toBeGreaterThan(day - 3_600_001);
    expect(times.at(-1)).toBeLessThanOrEqual(day);
    const [failed] = await list('failed');
    expect(failed).toMatchObject({ answer: expect.stringContaining('answers 503: away'), nextAt: null });
    const sent = receiver.requests.map((request) => request.headers['webhook-id']);
    expect([new Set(sent).size, sent.length]).toEqual([1, times.length]);
    receiver.answer = (response) => void response.writeHead(204).end();
    await retryDelivery(store().db, ann, failed?.id ?? '', after(2 * day));
    await notifier.deliverDue(after(2 * day));
    expect(await list()).toMatchObject([{ state: 'delivered', answer: '204 No Content' }]);
    await expect(retryDelivery(store().db, ann, failed?.id ?? '', after(2 * day))).rejects.toMatchObject({
      code: 'DELIVERY_DONE',
    });
  });

  it('is not tried again where a mail server refuses it for good, or the place is told no more', async () => {
    await subscribeMail('gone@example.org');
    mail.refuse = () => '550 5.1.1 nobody here';
    await failBackup();
    const notifier = notifierOf();
    await notifier.deliverDue(begin);
    expect(await list()).toMatchObject([
      { state: 'failed', attempts: 1, answer: expect.stringContaining('550 5.1.1') },
    ]);
    const id = await subscribe();
    receiver.answer = (response) => void response.writeHead(500).end();
    await failBackup();
    await notifier.deliverDue(begin);
    const target = { via: 'mail', to: ['ops@example.org'] } as const;
    await changeSubscription(
      keeping(),
      ann,
      { id, revision: 1 },
      { name: 'h', kinds: ['backup.failed'], target: { ...target, to: [...target.to] } },
    );
    await notifier.deliverDue(after(60_000));
    expect((await listDeliveries(store().db, { limit: 5, subscription: id })).deliveries).toMatchObject([
      { state: 'failed' },
    ]);
    await removeSubscription(store().db, ann, id);
    expect((await listDeliveries(store().db, { limit: 5, subscription: id })).deliveries).toEqual([]);
  });

  it('is refused an address that is allowed no more, though it was when it was set', async () => {
    await subscribe();
    await changeNotificationPolicy(store().db, ann, 1, { consoleUrl: null, allowed: [] });
    await failBackup();
    await notifierOf().deliverDue(begin);
    expect(receiver.requests).toEqual([]);
    expect(await list('waiting')).toMatchObject([{ answer: expect.stringContaining('may not go to') }]);
  });

  it('that cannot be read hinders nothing else', async () => {
    await subscribe();
    await failBackup();
    await store().db.updateTable('notification').set({ document: '{"kind":' }).execute();
    await failBackup('the second one');
    await notifierOf().deliverDue(begin);
    expect(receiver.requests.map((request) => readEvent(request, key).data?.['reason'])).toEqual(['the second one']);
  });
});

describe('of several consoles', () => {
  it('one delivers, and another one takes over when it stops', async () => {
    await subscribe();
    const [first, second] = [notifierOf(), notifierOf()];
    expect([await first.deliverDue(begin), await second.deliverDue(begin)]).toEqual([true, false]);
    await failBackup();
    await second.deliverDue(begin);
    expect(receiver.requests).toEqual([]);
    await first.close();
    expect(await second.deliverDue(begin)).toBe(true);
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('a console', () => {
  it('delivers by itself what happens, and when it stops cuts off what hangs without losing it', async () => {
    const events = new EventBus();
    const notifier = notifierOf(events);
    await subscribe();
    const failures: unknown[] = [];
    notifier.begin((error) => failures.push(error));
    onTestFinished(() => notifier.close());
    await failBackup();
    events.publish({ kind: 'backups', subject: '' });
    await waitUntil('it to arrive', () => receiver.requests.length === 1);
    receiver.answer = () => undefined;
    await failBackup();
    events.publish({ kind: 'backups', subject: '' });
    await waitUntil('it to hang', () => receiver.requests.length === 2);
    await notifier.close();
    expect(await list('waiting')).toMatchObject([{ answer: expect.stringContaining('cut off') }]);
    receiver.answer = (response) => void response.writeHead(204).end();
    await notifierOf().deliverDue(new Date());
    expect((await list()).map(({ state }) => state)).toEqual(['delivered', 'delivered']);
    expect(failures).toEqual([]);
  });
});
