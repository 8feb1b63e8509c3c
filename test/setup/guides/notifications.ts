import { testKey, validCertificate } from '@sealift/testkit/certificates';
import { type MailServerPeer, startMailServer } from '@sealift/testkit/mail-server';
import { waitUntil } from '@sealift/testkit/wait-until';
import { readEvent, startWebhookReceiver, type WebhookReceiver } from '@sealift/testkit/webhook-receiver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fencedIn } from '../guide.ts';
import type { Desk } from './desk.ts';

/** Who is told of what happens. @param upgrade brings the platform to 4.2.13 */
export function typeNotifications(at: () => Desk, upgrade: () => Promise<void>): void {
  describe('notifications', () => {
    let receiver: WebhookReceiver;
    let mail: MailServerPeer;
    beforeAll(async () => {
      const tls = { key: testKey, cert: validCertificate };
      const login = { user: 'sealift', password: 'a password of mail' };
      receiver = await startWebhookReceiver(tls);
      mail = await startMailServer({ security: 'starttls', tls, login });
      at().put('ca.pem', validCertificate);
      at().put('password-of-mail', `${login.password}\n`);
    });
    afterAll(() => Promise.all([receiver?.stop(), mail?.stop()]));

    it('a program is told by webhooks', async () => {
      const said = await at().types('notifications.md', 'sealift notifications allow', {
        // It runs beside the console.
        'allow https://hooks.example:8443': `allow --local ${receiver.origin}`,
        'https://hooks.example:8443': receiver.origin,
      });
      expect(said).toContain('204');
      const [request] = receiver.requests;
      if (request === undefined) throw new Error('nothing was sent');
      expect(request.path).toBe('/sealift');
    });

    it('people are told by mail', async () => {
      const said = await at().types('notifications.md', 'sealift notifications mail-server', {
        '--host mail.example.org': `--host localhost --port ${mail.port} --ca-file ca.pem`,
        '--password-file password': '--password-file password-of-mail',
      });
      expect(said).toContain('ops@example.org is taken');
      expect(mail.mails.map(({ to, encrypted, user }) => [to, encrypted, user])).toEqual([
        [['ops@example.org'], true, 'sealift'],
      ]);
    });

    it('an event is what the guide shows, signed with the key that was made last', async () => {
      receiver.answer = (response, { body }) => void response.writeHead(isBegun(body) ? 500 : 204).end();
      await upgrade();
      const key = at().read('chat.key').trim();
      const sent = () => receiver.requests.filter(({ body }) => body.includes('dev.sealift.upgrade.succeeded'));
      const [request] = await waitUntil('the event', () => sent().length > 0 && sent(), 60_000);
      if (request === undefined) throw new Error('nothing was sent');
      expect(readEvent(request, key).type).toBe('dev.sealift.upgrade.succeeded');
      const [sample = ''] = await fencedIn('notifications.md', 'json');
      expect(shapeOf(JSON.parse(request.body))).toEqual(shapeOf(JSON.parse(sample)));
    });

    it('what did not arrive is listed, and sent again', async () => {
      const listed = await at().runs('notifications', 'deliveries', '--state', 'waiting', '--json');
      const { deliveries } = JSON.parse(listed) as { deliveries: { id: string }[] };
      expect(deliveries).toMatchObject([{ notification: { kind: 'upgrade.started' } }]);
      receiver.requests.length = 0;
      await at().types('notifications.md', 'sealift notifications list', { ID: deliveries[0]?.id ?? 'none' });
      await waitUntil('the event', () => receiver.requests.some(({ body }) => isBegun(body)), 60_000);
    });
  });
}

const isBegun = (body: string): boolean => body.includes('dev.sealift.upgrade.started');

/** Names of fields, in their order. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return null;
  return Object.entries(value).map(([name, of]) => (name === 'data' ? [name, shapeOf(of)] : name));
}
