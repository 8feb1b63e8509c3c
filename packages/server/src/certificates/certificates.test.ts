import { createServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expiredCertificate, testKey as tlsKey, validCertificate } from '@sealift/testkit/certificates';
import { expect, it, onTestFinished } from 'vitest';
import { changeMailServer } from '../notifications/settings/mail-server.ts';
import { changeNotificationPolicy } from '../notifications/settings/policy.ts';
import { testKey } from '../testing/backup-keeper.ts';
import { sharedStore } from '../testing/shared-store.ts';
import { CertificateWatch } from './certificate-watch.ts';
import { listCertificates } from './list-certificates.ts';

const store = sharedStore();
const ann = { name: 'ann', address: 'local' };
const now = new Date('2026-11-29T12:00:00.000Z');
const end = new Date('2090-01-01T00:00:00.000Z');
const before = (days: number): Date => new Date(end.getTime() - days * 86_400_000);

async function serve(cert: string) {
  const server = createServer({ key: tlsKey, cert }, (_request, response) => response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, stop };
}

const reachedAt = (consoleUrl: string): Promise<void> =>
  changeNotificationPolicy(store().db, ann, 0, { consoleUrl, allowed: [] });

it('lists what the address of the console presents, and the CAs in its settings, those first that end first', async () => {
  const proxy = await serve(expiredCertificate);
  onTestFinished(() => proxy.stop());
  await reachedAt(proxy.url);
  const settings = { host: 'mail', port: 25, security: 'none', user: null, from: 'a@b' } as const;
  const ca = `${validCertificate}\n${expiredCertificate}\n`;
  await changeMailServer({ db: store().db, secretKey: testKey }, ann, 0, { ...settings, ca });
  const { consoleUrl, certificates, problems } = await listCertificates(store().db, now);
  expect([consoleUrl, problems]).toEqual([proxy.url, []]);
  expect(certificates).toMatchObject([
    { where: `console and registry at ${proxy.url}`, use: 'served', state: 'ended', names: ['localhost'] },
    { where: 'the mail server', use: 'trusted', state: 'ended', subject: 'CN=test' },
    { where: 'the mail server', use: 'trusted', state: 'valid', validTo: end.toISOString() },
  ]);
});

it('says what could not be looked at, and that nobody has said where the console is', async () => {
  expect(await listCertificates(store().db, now)).toEqual({ consoleUrl: null, certificates: [], problems: [] });
  const proxy = await serve(validCertificate);
  await proxy.stop();
  await reachedAt(proxy.url);
  expect((await listCertificates(store().db, now)).problems).toMatchObject([
    { where: `console and registry at ${proxy.url}`, reason: expect.stringContaining('refused') },
  ]);
});

it('has one that runs out told, once for each of some days before its end', async () => {
  const proxy = await serve(validCertificate);
  onTestFinished(() => proxy.stop());
  await reachedAt(proxy.url);
  const watch = new CertificateWatch(store().db);
  for (const days of [40, 29, 28, 7, 3, 0.5, -1, -2]) await watch.look(before(days));
  const rows = await store().db.selectFrom('notification').select('document').orderBy('sequence').execute();
  const told = rows.map(({ document }) => JSON.parse(document));
  expect(told.map(({ kind, facts }) => [kind, facts.days])).toEqual([
    ['certificate.ending', 29],
    ['certificate.ending', 7],
    ['certificate.ending', 0],
    ['certificate.ending', 0],
  ]);
  expect(told.map(({ summary }) => summary)).toEqual([
    expect.stringContaining('ends in 29 days'),
    expect.stringContaining('ends in 7 days'),
    expect.stringContaining('ends within a day'),
    expect.stringContaining('has ended'),
  ]);
});
