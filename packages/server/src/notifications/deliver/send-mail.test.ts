import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { MailServerSettings } from '@sealift/core/api';
import { Secret } from '@sealift/core/secret';
import { otherNameCertificate, testKey, validCertificate } from '@sealift/testkit/certificates';
import { type MailServerOptions, type MailServerPeer, startMailServer } from '@sealift/testkit/mail-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sendMail } from './send-mail.ts';

const login = { user: 'sealift', password: 'hunter2hunter2' };
const tls = { key: testKey, cert: validCertificate };

async function start(options: MailServerOptions): Promise<MailServerPeer> {
  const server = await startMailServer(options);
  onTestFinished(() => server.stop());
  return server;
}

const send = (
  port: number,
  changes: Partial<MailServerSettings> = {},
  { password = new Secret(login.password), to = 'ops@example.org' }: { password?: Secret | null; to?: string } = {},
): Promise<string> =>
  sendMail({
    settings: {
      host: 'localhost',
      port,
      security: 'starttls',
      ca: validCertificate,
      user: login.user,
      from: 'sealift@example.org',
      ...changes,
    },
    password,
    to,
    id: 'e1',
    mail: { subject: 'Über alles\r\nBcc: all@example.org', text: 'One.\n.\nTwo.\n' },
  });

describe('a mail', () => {
  it('is sent encrypted after STARTTLS, by whoever signs in, and its subject adds no header', async () => {
    const server = await start({ security: 'starttls', tls, login });
    expect(await send(server.port)).toMatch(/^250 /);
    const [mail] = server.mails;
    expect(mail).toMatchObject({
      from: 'sealift@example.org',
      to: ['ops@example.org'],
      encrypted: true,
      user: 'sealift',
    });
    expect(mail?.text).toContain('Message-ID: <e1@example.org>');
    expect(mail?.text).toContain('Auto-Submitted: auto-generated');
    expect(mail?.text).not.toMatch(/^Bcc:/m);
    expect(mail?.text).toMatch(/\r\nOne\.\r\n\.\r\nTwo\./);
  });

  it('is sent by TLS from the start, and without encryption only where that was chosen', async () => {
    const secure = await start({ security: 'tls', tls, login });
    expect(await send(secure.port, { security: 'tls' })).toMatch(/^250 /);
    expect(secure.mails[0]?.encrypted).toBe(true);
    const open = await start({ security: 'none' });
    expect(await send(open.port, { security: 'none', user: null }, { password: null })).toMatch(/^250 /);
    expect(open.mails[0]).toMatchObject({ encrypted: false, user: null });
  });

  it('is not sent where the password is wrong, and the server’s words do not tell it', async () => {
    const server = await start({ security: 'starttls', tls, login });
    const wrong = send(server.port, {}, { password: new Secret('wrong-password') });
    await expect(wrong).rejects.toMatchObject({ code: 'MAIL_LOGIN_REFUSED', message: expect.stringContaining('535') });
    await expect(wrong).rejects.not.toMatchObject({ message: expect.stringContaining('wrong-password') });
    expect(server.mails).toEqual([]);
  });

  it('is not sent where a login is set and the server takes none, nor where it offers no encryption', async () => {
    const open = await start({ security: 'starttls', tls });
    await expect(send(open.port)).rejects.toMatchObject({ code: expect.stringMatching(/^MAIL_(?:LOGIN_)?REFUSED$/) });
    const plain = await start({ security: 'none', login });
    await expect(send(plain.port)).rejects.toMatchObject({ code: 'MAIL_NOT_ENCRYPTED' });
    await expect(send(plain.port, { security: 'tls' })).rejects.toMatchObject({ code: 'MAIL_NOT_ENCRYPTED' });
    expect([open.mails, plain.mails]).toEqual([[], []]);
  });

  it.each(['starttls', 'tls'] as const)(
    'is not sent to a certificate that is not trusted, or for another name (%s)',
    async (security) => {
      const server = await start({ security, tls, login });
      await expect(send(server.port, { security, ca: null })).rejects.toMatchObject({
        code: 'MAIL_CERTIFICATE_UNTRUSTED',
        message: expect.stringContaining('signed by itself'),
      });
      const other = await start({ security, tls: { key: testKey, cert: otherNameCertificate }, login });
      await expect(send(other.port, { security, ca: otherNameCertificate })).rejects.toMatchObject({
        code: 'MAIL_CERTIFICATE_UNTRUSTED',
        message: expect.stringContaining('other.example'),
      });
      expect([server.mails, other.mails]).toEqual([[], []]);
    },
  );

  it('that is refused for now is told apart from one that is refused for good', async () => {
    const server = await start({ security: 'starttls', tls, login });
    server.refuse = (to) => (to.startsWith('new') ? '451 4.7.1 greylisted' : '550 5.1.1 nobody here');
    await expect(send(server.port, {}, { to: 'new@example.org' })).rejects.toMatchObject({
      code: 'MAIL_DEFERRED',
      message: expect.stringContaining('451 4.7.1 greylisted'),
    });
    await expect(send(server.port)).rejects.toMatchObject({
      code: 'MAIL_REFUSED',
      message: expect.stringContaining('550 5.1.1 nobody here'),
    });
  });

  it('reaches no server that is not there, or hangs up', async () => {
    const server = createServer((socket) => socket.end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(send(port)).rejects.toMatchObject({ code: 'MAIL_SERVER_UNREACHABLE' });
    server.close();
    await once(server, 'close');
    await expect(send(port)).rejects.toMatchObject({
      code: 'MAIL_SERVER_UNREACHABLE',
      message: expect.stringContaining('refused'),
    });
  });
});
