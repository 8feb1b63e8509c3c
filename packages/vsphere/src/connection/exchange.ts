import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Agent as HttpAgent } from 'node:http';
import { reasonOf, SealiftError } from '@sealift/core/errors';

/** One HTTP exchange. */
export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Text of a call, or chunks of known length together that are sent once. A chunk has left when two more were asked for, and
   * the iterator has ended when the exchange does.
   */
  readonly body?: string | { readonly size: number; readonly chunks: AsyncIterable<Uint8Array> };
  /** How long nothing may move, and how long the answer's header may take after the body was sent, in milliseconds. */
  readonly idleTimeoutMs: number;
  readonly answerTimeoutMs?: number;
  /** May be sent again where a kept connection turns out to be closed. */
  readonly repeatable?: boolean;
  readonly cancel?: AbortSignal | undefined;
}

/**
 * Sends one request and returns when the answer's header is there. No redirect is followed, no status is judged.
 *
 * @throws VSPHERE_UNREACHABLE, VSPHERE_CERTIFICATE_UNTRUSTED, CANCELLED, or what the body's own stream failed with
 */
export async function exchange(agent: HttpAgent | HttpsAgent, wanted: Exchange): Promise<IncomingMessage> {
  if (wanted.cancel?.aborted === true) throw new SealiftError('CANCELLED', { place: placeOf(wanted.url) });
  const first = await attempt(agent, wanted);
  // A kept connection that the other side has closed meanwhile says nothing about the server: once more.
  const outcome = first instanceof StaleConnection ? await attempt(agent, wanted) : first;
  if (outcome instanceof StaleConnection) throw connectionError(outcome.cause, placeOf(wanted.url));
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

class StaleConnection extends Error {}

async function attempt(agent: HttpAgent | HttpsAgent, wanted: Exchange): Promise<IncomingMessage | Error> {
  const request = open(agent, wanted);
  let sourceError: unknown;
  const answered = new Promise<IncomingMessage | Error>((resolve) => {
    request.once('response', resolve);
    request.on('error', (error) => resolve(asFailure(error, request, wanted, sourceError)));
  });
  const limit = (ms: number): void =>
    void request.setTimeout(ms, () => request.destroy(new Error(`nothing moved for ${ms / 1000} s`)));
  limit(wanted.idleTimeoutMs);
  request.once('finish', () => limit(wanted.answerTimeoutMs ?? wanted.idleTimeoutMs));
  const { body } = wanted;
  if (body === undefined || typeof body === 'string') {
    request.end(body);
    const outcome = await answered;
    request.setTimeout(0);
    return outcome;
  }
  await sendChunks(request, body.chunks, answered).catch((error: unknown) => {
    sourceError = error;
    request.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  const outcome = await answered;
  request.setTimeout(0);
  if (outcome instanceof Error) return outcome;
  // An answer before the body's end is a refusal: it is read, then the connection is given up, as it can't be used again.
  if (!request.writableFinished) outcome.once('close', () => request.destroy());
  return outcome;
}

/** Stops when the exchange has ended, which a refusal does before the last chunk. @throws what the chunks fail with */
async function sendChunks(
  request: ClientRequest,
  chunks: AsyncIterable<Uint8Array>,
  answered: Promise<unknown>,
): Promise<void> {
  let isOver = false;
  const over = answered.then(() => void (isOver = true));
  let before: Promise<void> = Promise.resolve();
  for await (const chunk of chunks) {
    // One is on its way while the next is read and hashed; not more, as the memory of chunks is used again.
    const written = new Promise<void>((resolve) => void request.write(chunk, () => resolve()));
    await Promise.race([before, over]);
    if (isOver) return;
    before = written;
  }
  await Promise.race([before, over]);
  if (!isOver) request.end();
}

function open(agent: HttpAgent | HttpsAgent, { url, method, headers, body, cancel }: Exchange): ClientRequest {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body?.size;
  const options = {
    method,
    agent,
    headers: {
      'user-agent': 'sealift',
      ...headers,
      ...(length === undefined ? {} : { 'content-length': String(length) }),
    },
    ...(cancel === undefined ? {} : { signal: cancel }),
  };
  return url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
}

function asFailure(error: Error, request: ClientRequest, wanted: Exchange, sourceError: unknown): Error {
  const place = placeOf(wanted.url);
  if (wanted.cancel?.aborted === true) return new SealiftError('CANCELLED', { place, cause: error });
  if (sourceError instanceof Error) return sourceError;
  const code = 'code' in error ? String(error.code) : '';
  if (wanted.repeatable === true && request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')) {
    return new StaleConnection('stale', { cause: error });
  }
  return connectionError(error, place);
}

/**
 * The bytes of an answer, at most `limitBytes`.
 *
 * @throws VSPHERE_UNREACHABLE when the line is cut or nothing arrives in time, VSPHERE_ANSWER_INVALID when there is more
 */
export async function* bodyOf(
  answer: IncomingMessage,
  options: {
    readonly limitBytes: number;
    readonly idleTimeoutMs: number;
    readonly place: string;
    readonly cancel?: AbortSignal | undefined;
  },
): AsyncGenerator<Uint8Array, void, undefined> {
  const { limitBytes, idleTimeoutMs, place, cancel } = options;
  const start = (): NodeJS.Timeout =>
    setTimeout(() => answer.destroy(new Error(`nothing arrived for ${idleTimeoutMs / 1000} s`)), idleTimeoutMs);
  let timer = start();
  let total = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      total += chunk.byteLength;
      if (total > limitBytes) throw invalidAnswer(`it is larger than ${limitBytes} bytes`, place);
      yield chunk;
      timer = start();
    }
  } catch (error) {
    if (cancel?.aborted === true) throw new SealiftError('CANCELLED', { place, cause: error });
    throw connectionError(error, place);
  } finally {
    clearTimeout(timer);
    // Only what was not read to its end is given up; the connection of a whole answer is used again.
    if (!answer.readableEnded) answer.destroy();
  }
}

/** A failure of the connection as an error of the catalogue. */
export function connectionError(error: unknown, place: string): SealiftError {
  if (error instanceof SealiftError) return error;
  const reason = reasonOf(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|ERR_TLS/.test(code) || reason.includes('pinned');
  return new SealiftError(untrusted ? 'VSPHERE_CERTIFICATE_UNTRUSTED' : 'VSPHERE_UNREACHABLE', {
    values: { reason: reason === '' ? code : reason, presented: '' },
    place,
    cause: error,
  });
}

/** An answer that no vCenter gives. */
export function invalidAnswer(reason: string, place: string, cause?: unknown): SealiftError {
  return new SealiftError('VSPHERE_ANSWER_INVALID', {
    values: { reason },
    place,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A URL as the place of an error: without query and user information, which may hold secrets. */
export function placeOf(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
