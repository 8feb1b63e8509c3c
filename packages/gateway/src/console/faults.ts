import type { IncomingMessage } from 'node:http';
import { problemSchema, SealiftError } from '@sealift/core/errors';
import { BodyTooLarge } from '@sealift/io/http/body';
import { failureOf } from '@sealift/io/http/failure';

/** How long a console may ask a gateway to wait, at most. */
const longestWaitMs = 60 * 60_000;

/** How long the console asked to be left alone, by its failure; weak, so that nobody has to forget it. */
const askedToWait = new WeakMap<SealiftError, number>();

/** The pause that the console asked for with a failure, in milliseconds. */
export function askedMs(error: unknown): number | undefined {
  return error instanceof SealiftError ? askedToWait.get(error) : undefined;
}

/** The console cannot be talked to now, for a reason that is none of this gateway's. */
export function away(url: string, reason: string, cause?: unknown): SealiftError {
  return new SealiftError('GATEWAY_CONSOLE_AWAY', { values: { url, reason }, cause });
}

/** What an exchange failed with. */
export function failed(url: string, error: unknown): SealiftError {
  if (error instanceof SealiftError && error.code !== 'PROXY_INVALID') return error;
  if (error instanceof BodyTooLarge) return away(url, error.message, error);
  const failure = failureOf(error);
  if (failure.kind === 'cancelled') return new SealiftError('CANCELLED', { cause: failure });
  const reason = failure.aboutCertificate ? `its certificate is not accepted: ${failure.message}` : failure.message;
  const known = away(url, reason, failure);
  return failure.remedy === undefined ? known : known.withHint(failure.remedy);
}

/** A refusal: the console's own of this gateway, or one that says nothing about it, such as 429, 5xx, or a proxy's. */
export function refusal(url: string, answer: IncomingMessage, bytes: Buffer): SealiftError {
  const status = answer.statusCode ?? 0;
  const problem = problemOf(bytes);
  const isOurs = problem !== undefined && status >= 400 && status < 500 && status !== 429 && status !== 408;
  if (isOurs) {
    const values = { url, reason: `${problem.detail} (${problem.code})`, remedy: problem.hint };
    return new SealiftError('GATEWAY_CONSOLE_REFUSED', { values });
  }
  const error = away(url, problem === undefined ? `it answers ${status}` : `it answers ${status}: ${problem.detail}`);
  const wait = retryAfterMs(answer.headers['retry-after']);
  if (wait !== undefined) askedToWait.set(error, wait);
  return error;
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, longestWaitMs) : undefined;
}

function problemOf(bytes: Buffer) {
  try {
    return problemSchema.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
