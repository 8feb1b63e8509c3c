import { STATUS_CODES } from 'node:http';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { cloudEventType } from '@sealift/core/notification';
import type { Secret } from '@sealift/core/secret';
import { Agents } from '@sealift/io/http/agents';
import { BodyTooLarge, bodyOf } from '@sealift/io/http/body';
import { trustedCertificates } from '@sealift/io/http/certificates';
import { exchange } from '@sealift/io/http/exchange';
import { failureOf } from '@sealift/io/http/failure';
import { answerText } from './answer-text.ts';
import { type FindAddresses, guardedLookup, refuseLocalHost } from './guarded-lookup.ts';
import { signatureHeaders } from './sign-webhook.ts';

/** From the look-up of the name to the end of the answer. */
const usualDeadlineMs = 10_000;
/** So much of an answer is read; the rest says nothing that anybody needs. */
const longestAnswer = 4096;

/** One request to a webhook. */
export interface WebhookCall {
  readonly url: URL;
  /** PEM, trusted beside what the machine trusts. */
  readonly ca: string | null;
  readonly key: Secret;
  /** Whether the address may be one of this machine. */
  readonly local: boolean;
  /** The same each time that something is sent. */
  readonly id: string;
  readonly body: string;
  readonly cancel?: AbortSignal | undefined;
  /** In the place of the system's. */
  readonly find?: FindAddresses | undefined;
  /** For all of it, in milliseconds. */
  readonly deadlineMs?: number;
}

/**
 * Sends an event. Its address is judged at the moment of connecting, no proxy stands between, no redirect is followed, and all of it is over
 * within ten seconds.
 *
 * @returns what was answered
 * @throws WEBHOOK_ADDRESS_LOCAL, WEBHOOK_UNREACHABLE, WEBHOOK_REFUSED
 */
export async function sendWebhook(call: WebhookCall): Promise<string> {
  const { url, ca, key, local, id, body, cancel, find, deadlineMs = usualDeadlineMs } = call;
  if (!local) refuseLocalHost(url);
  const trusted = [...trustedCertificates(process.env), ...(ca === null ? [] : [ca])];
  // Without an environment there is no proxy: it would look the name up itself, and nobody would have judged the address.
  const agents = new Agents(
    {},
    { keepAlive: false, tls: { ca: trusted }, ...(local ? {} : { lookup: guardedLookup(url, find) }) },
  );
  const late = AbortSignal.timeout(deadlineMs);
  const ended = cancel === undefined ? late : AbortSignal.any([cancel, late]);
  const limits = { idleTimeoutMs: deadlineMs, deadlineMs, cancel: ended };
  try {
    const headers = {
      'content-type': `${cloudEventType}; charset=utf-8`,
      ...signatureHeaders(key, id, new Date(), body),
    };
    const answer = await exchange(agents, { method: 'POST', url, headers, body, ...limits, repeatable: false });
    const status = answer.statusCode ?? 0;
    const words = await wordsOf(answer, limits);
    const said = words === '' ? '' : `: ${words}`;
    if (status >= 200 && status < 300) return `${status} ${STATUS_CODES[status] ?? ''}${said}`.trim();
    throw new SealiftError('WEBHOOK_REFUSED', { values: { origin: url.origin, status, said } });
  } catch (error) {
    if (isSealiftError(error)) throw error;
    const failure = failureOf(error);
    if (isSealiftError(failure.cause)) throw failure.cause;
    throw new SealiftError('WEBHOOK_UNREACHABLE', {
      values: { origin: url.origin, reason: answerText(failure.message) },
      cause: error,
      ...(failure.remedy === undefined ? {} : { hint: failure.remedy }),
    });
  } finally {
    agents.close();
  }
}

/** The beginning of an answer's body. That it was taken is known from the status, so that nothing fails here. */
async function wordsOf(...[answer, limits]: Parameters<typeof bodyOf>): Promise<string> {
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    for await (const part of bodyOf(answer, limits)) {
      parts.push(part);
      total += part.byteLength;
      if (total > longestAnswer) throw new BodyTooLarge(longestAnswer);
    }
  } catch {
    // What came before it was cut says enough.
  }
  return answerText(Buffer.concat(parts).subarray(0, longestAnswer).toString('utf8'));
}
