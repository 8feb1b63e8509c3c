import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import type { Agents } from '@sealift/io/http/agents';
import * as body from '@sealift/io/http/body';
import * as http from '@sealift/io/http/exchange';
import { type ConnectionFailure, failureOf } from '@sealift/io/http/failure';
import { allowed, placeOf } from './origin.ts';

/** One HTTP exchange as the client asks for it. */
export interface Exchange
  extends Pick<http.Exchange, 'method' | 'url' | 'headers' | 'idleTimeoutMs' | 'cancel' | 'askFirst'> {
  /** Exactly `size` bytes, opened and sent once: only what has no body is sent again where a kept connection was closed meanwhile. */
  readonly body?: { readonly size: number; readonly open: () => Promise<Readable> };
}

/** How long the answer to content may take once all was sent, in milliseconds: a registry may hash gigabytes then. */
const contentAnswerMs = 600_000;
/** What moves more slowly than this, in bytes a millisecond, is given up: a registry that drips is never silent. */
const slowestBytesPerMs = 8;

/**
 * Sends one request and returns when the answer's header is there. No redirect is followed, no status is judged.
 *
 * @throws REGISTRY_UNREACHABLE, REGISTRY_CERTIFICATE_UNTRUSTED, REGISTRY_PLAIN_HTTP_REFUSED, PUSH_CANCELLED, or the catalogue's error that the body's own stream failed with
 */
export async function send(agents: Agents, exchange: Exchange): Promise<IncomingMessage> {
  allowed(exchange.url);
  try {
    const { body, method, idleTimeoutMs } = exchange;
    // An upload session is ended by a PUT that may have no body of its own.
    const isContent = body !== undefined || method === 'PUT';
    const limits = isContent
      ? { answerTimeoutMs: contentAnswerMs, deadlineMs: 2 * contentAnswerMs + (body?.size ?? 0) / slowestBytesPerMs }
      : { deadlineMs: 2 * idleTimeoutMs };
    return await http.exchange(agents, { ...exchange, ...limits, repeatable: body === undefined });
  } catch (error) {
    throw error instanceof SealiftError ? error : asCatalogued(failureOf(error), placeOf(exchange.url));
  }
}

/**
 * The bytes of an answer's body.
 *
 * @throws REGISTRY_UNREACHABLE when the line is cut or nothing arrives for `idleTimeoutMs`; PUSH_CANCELLED
 */
export async function* bodyOf(
  answer: IncomingMessage,
  idleTimeoutMs: number,
  place: string,
  deadlineMs?: number,
  cancel?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body.bodyOf(answer, { idleTimeoutMs, deadlineMs, cancel });
  } catch (error) {
    throw error instanceof SealiftError ? error : asCatalogued(failureOf(error), place);
  }
}

/** As `bodyOf`, for an answer that is read into memory. */
export function shortBodyOf(answer: IncomingMessage, idleTimeoutMs: number, place: string, cancel?: AbortSignal) {
  return bodyOf(answer, idleTimeoutMs, place, 2 * idleTimeoutMs, cancel);
}

/** As `bodyOf`, for content of a size, in bytes, which may take the longer the larger it is. */
export function contentOf(answer: IncomingMessage, idleTimeoutMs: number, place: string, size: number) {
  return bodyOf(answer, idleTimeoutMs, place, 2 * idleTimeoutMs + size / slowestBytesPerMs);
}

function asCatalogued(failure: ConnectionFailure, place: string): SealiftError {
  if (failure.kind === 'cancelled') return new SealiftError('PUSH_CANCELLED', { place, cause: failure });
  const { remedy } = failure;
  return new SealiftError(failure.aboutCertificate ? 'REGISTRY_CERTIFICATE_UNTRUSTED' : 'REGISTRY_UNREACHABLE', {
    values: { reason: failure.message },
    place,
    ...(remedy === undefined ? {} : { hint: remedy }),
    cause: failure,
  });
}
