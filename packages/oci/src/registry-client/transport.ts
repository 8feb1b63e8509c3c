import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import type { Agents } from '@sealift/io/agents';
import { allowed, placeOf } from './origin.ts';

/** One HTTP exchange as the client asks for it. */
export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Opened anew for each attempt; exactly `size` bytes. */
  readonly body?: { readonly size: number; readonly open: () => Promise<Readable> };
  /** How long nothing may move, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** How long the answer may take after the whole body was sent, in milliseconds: a registry may hash gigabytes then. */
  readonly answerTimeoutMs: number;
  readonly cancel?: AbortSignal | undefined;
}

/**
 * Sends one request and returns when the answer's header is there. No redirect is followed, no status is judged.
 *
 * @throws REGISTRY_UNREACHABLE, REGISTRY_CERTIFICATE_UNTRUSTED, REGISTRY_PLAIN_HTTP_REFUSED, PUSH_CANCELLED, or what the body's own stream failed with
 */
export async function send(agents: Agents, exchange: Exchange): Promise<IncomingMessage> {
  allowed(exchange.url);
  if (exchange.cancel?.aborted === true) throw new SealiftError('PUSH_CANCELLED', { place: placeOf(exchange.url) });
  const first = await attempt(agents, exchange);
  // A kept-alive connection that the other side closed meanwhile says nothing about the registry: once more.
  const outcome = first instanceof StaleConnection ? await attempt(agents, exchange) : first;
  if (outcome instanceof StaleConnection) throw connectionError(outcome.cause, placeOf(exchange.url));
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

class StaleConnection extends Error {}

async function attempt(agents: Agents, exchange: Exchange): Promise<IncomingMessage | Error> {
  const request = open(agents, exchange);
  let bodyError: unknown;
  const answered = new Promise<IncomingMessage | Error>((resolve) => {
    request.once('response', resolve);
    request.on('error', (error) => resolve(asFailure(error, request, exchange, bodyError)));
  });
  request.setTimeout(exchange.idleTimeoutMs, () => {
    request.destroy(new Error(`nothing moved for ${exchange.idleTimeoutMs / 1000} s`));
  });
  if (exchange.body === undefined) request.end();
  else {
    const source = await exchange.body.open().catch((error: unknown) => {
      request.destroy();
      throw error;
    });
    source.once('error', (error) => {
      bodyError = error;
      request.destroy(error);
    });
    request.once('finish', () => request.setTimeout(exchange.answerTimeoutMs));
    source.pipe(request);
    const outcome = await answered;
    source.unpipe(request);
    source.destroy();
    if (outcome instanceof Error) return outcome;
    // An answer before the body's end is a refusal: it is read, then the connection is given up, as it can't be used again.
    if (!request.writableFinished) outcome.once('close', () => request.destroy());
    request.setTimeout(0);
    return outcome;
  }
  const outcome = await answered;
  request.setTimeout(0);
  return outcome;
}

/**
 * The bytes of an answer's body. The idle time limit runs only while the other side is waited for, so a slow reader here
 * does not look like a dead registry.
 *
 * @throws REGISTRY_UNREACHABLE when the line is cut or nothing arrives for `idleTimeoutMs`
 */
export async function* bodyOf(
  answer: IncomingMessage,
  idleTimeoutMs: number,
  place: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const waitFor = (): NodeJS.Timeout =>
    setTimeout(() => answer.destroy(new Error(`nothing arrived for ${idleTimeoutMs / 1000} s`)), idleTimeoutMs);
  let timer = waitFor();
  try {
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      yield chunk;
      timer = waitFor();
    }
  } catch (error) {
    throw connectionError(error, place);
  } finally {
    clearTimeout(timer);
    answer.destroy();
  }
}

function open(agents: Agents, exchange: Exchange): ClientRequest {
  const { url, method, cancel, body } = exchange;
  const headers = {
    'user-agent': 'sealift',
    ...exchange.headers,
    ...(body === undefined ? {} : { 'content-length': String(body.size) }),
    ...(body === undefined && (method === 'POST' || method === 'PUT') ? { 'content-length': '0' } : {}),
  };
  const options = { method, headers, ...(cancel === undefined ? {} : { signal: cancel }) };
  return url.protocol === 'https:'
    ? httpsRequest(url, { ...options, agent: agents.https })
    : httpRequest(url, { ...options, agent: agents.http });
}

function asFailure(error: Error, request: ClientRequest, exchange: Exchange, bodyError: unknown): Error {
  const place = placeOf(exchange.url);
  if (exchange.cancel?.aborted === true) return new SealiftError('PUSH_CANCELLED', { place, cause: error });
  if (bodyError instanceof SealiftError) return bodyError;
  const code = 'code' in error ? String(error.code) : '';
  const repeatable = exchange.body === undefined && request.reusedSocket;
  if (repeatable && (code === 'ECONNRESET' || code === 'EPIPE')) {
    return new StaleConnection('stale', { cause: error });
  }
  return connectionError(error, place);
}

/** A failure of the connection as an error of the catalogue. */
export function connectionError(error: unknown, place: string): SealiftError {
  if (error instanceof SealiftError) return error;
  const reason = reasonOf(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ALTNAME/.test(code);
  return new SealiftError(certificate ? 'REGISTRY_CERTIFICATE_UNTRUSTED' : 'REGISTRY_UNREACHABLE', {
    values: { reason: reason === '' ? code : reason },
    place,
    cause: error,
  });
}
