import type { MailServerSettings } from '@sealift/core/api';
import type { MailText } from '@sealift/core/notification';
import type { Secret } from '@sealift/core/secret';
import { trustedCertificates } from '@sealift/io/http/certificates';
import { answerText } from './answer-text.ts';
import { connectTo } from './connect-mail.ts';
import { mailFailure } from './mail-failure.ts';

/** From connecting to the server's last word: some think for a while before they take a mail (RFC 5321, 4.5.3.2 lets them). */
const deadlineMs = 30_000;
const stepMs = 10_000;

/** One mail to one mailbox. */
export interface MailCall {
  readonly settings: MailServerSettings;
  /** Null where the server wants no login. */
  readonly password: Secret | null;
  readonly to: string;
  /** The same each time that something is sent: a reader's program shows it once. */
  readonly id: string;
  readonly mail: MailText;
  readonly cancel?: AbortSignal | undefined;
}

/**
 * Sends a mail by SMTP. Encryption and login are demanded where they are set: a server that has lost them gets nothing.
 *
 * @returns what the server answered
 * @throws MAIL_SERVER_UNREACHABLE, MAIL_CERTIFICATE_UNTRUSTED, MAIL_NOT_ENCRYPTED, MAIL_LOGIN_REFUSED, MAIL_DEFERRED, MAIL_REFUSED
 */
export async function sendMail({ settings, password, to, id, mail, cancel }: MailCall): Promise<string> {
  const { host, port, security, ca, user, from } = settings;
  const late = AbortSignal.timeout(deadlineMs);
  const signal = cancel === undefined ? late : AbortSignal.any([cancel, late]);
  const { createTransport } = await import('nodemailer');
  let connection: Awaited<ReturnType<typeof connectTo>> | undefined;
  try {
    connection = await connectTo(host, port, signal);
    const transport = createTransport({
      host,
      port,
      connection,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      tls: { ca: [...trustedCertificates(process.env), ...(ca === null ? [] : [ca])], minVersion: 'TLSv1.2' },
      ...(user === null || password === null ? {} : { auth: { user, pass: password.reveal() }, forceAuth: true }),
      greetingTimeout: stepMs,
      socketTimeout: stepMs,
      connectionTimeout: stepMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const info = await transport.sendMail({
      from,
      to,
      subject: mail.subject,
      text: mail.text,
      messageId: `<${id}@${from.split('@')[1] ?? 'sealift'}>`,
      // Nobody's holiday answers to a program (RFC 3834, 5).
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal,
    });
    return hidden(answerText(info.response), password);
  } catch (error) {
    throw mailFailure(error, { server: `${host}:${port}`, recipient: to, user: user ?? '' }, (said) =>
      hidden(said, password),
    );
  } finally {
    connection?.destroy();
  }
}

/** Some servers quote what was sent to them. */
function hidden(said: string, password: Secret | null): string {
  return password === null ? said : said.replaceAll(password.reveal(), '***');
}
