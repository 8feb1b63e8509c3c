import { reasonOf, SealiftError } from '@sealift/core/errors';
import { failureOf } from '@sealift/io/http/failure';
import { z } from 'zod';
import { answerText } from './answer-text.ts';

/** What nodemailer says of a failure beside its message. */
const failureSchema = z.object({
  code: z.string().optional().catch(undefined),
  /** That of the system or of TLS, where `code` is nodemailer's own. */
  originalCode: z.string().optional().catch(undefined),
  /** The server's own words. */
  response: z.string().optional().catch(undefined),
  responseCode: z.number().optional().catch(undefined),
  command: z.string().optional().catch(undefined),
});

interface MailPlace {
  readonly server: string;
  readonly recipient: string;
  readonly user: string;
}

/** A failed mail as an error that says whether the server, its certificate, the login or the mail is the cause. */
export function mailFailure(error: unknown, place: MailPlace, hide: (said: string) => string): SealiftError {
  if (error instanceof SealiftError) return error;
  const { server, recipient, user } = place;
  const { code, originalCode, response, responseCode, command } = failureSchema.safeParse(error).data ?? {};
  const said = hide(answerText(response ?? reasonOf(error)));
  const isTemporary = responseCode !== undefined && responseCode < 500;
  const failed = (name: 'MAIL_DEFERRED' | 'MAIL_REFUSED'): SealiftError =>
    new SealiftError(name, { values: { server, recipient, said }, cause: error });
  if (isTemporary) return failed('MAIL_DEFERRED');
  if (code === 'EAUTH') return new SealiftError('MAIL_LOGIN_REFUSED', { values: { server, user, said }, cause: error });
  const tls = code === 'ETLS' || command === 'STARTTLS' || isOfTls(originalCode) || isOfTls(code);
  if (tls) return tlsFailure(error, originalCode ?? code ?? '', server, said);
  if (responseCode !== undefined) return failed('MAIL_REFUSED');
  const failure = failureOf(
    originalCode === undefined ? error : Object.assign(new Error(said), { code: originalCode }),
  );
  const reason = hide(answerText(failure.message));
  return new SealiftError('MAIL_SERVER_UNREACHABLE', { values: { server, reason }, cause: error });
}

function isOfTls(code: string | undefined): boolean {
  return code !== undefined && (/^ERR_(?:SSL|TLS)_/.test(code) || isOfCertificate(code));
}

function isOfCertificate(code: string): boolean {
  return /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$|^INVALID_(?:CA|PURPOSE)$/.test(code);
}

function tlsFailure(error: unknown, code: string, server: string, said: string): SealiftError {
  if (!isOfCertificate(code)) {
    const reason = code.startsWith('ERR_SSL_') ? 'what answers there does not speak TLS from the start' : said;
    return new SealiftError('MAIL_NOT_ENCRYPTED', { values: { server, reason }, cause: error });
  }
  const { host, cert } = error as { readonly host?: unknown; readonly cert?: unknown };
  const failure = failureOf(Object.assign(new Error(said), { code, host, cert }));
  return new SealiftError('MAIL_CERTIFICATE_UNTRUSTED', {
    values: { server, reason: answerText(failure.message) },
    cause: error,
    ...(failure.remedy === undefined ? {} : { hint: failure.remedy }),
  });
}
