import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import type { Agents } from '@sealift/io/http/agents';
import * as body from '@sealift/io/http/body';
import * as http from '@sealift/io/http/exchange';
import { type ConnectionFailure, failureOf } from '@sealift/io/http/failure';
import { allowed, placeOf } from './origin.ts';

/** One HTTP exchange as the client asks for it. */
export interface Exchange extends Pick<http.Exchange, 'method' | 'url' | 'headers' | 'idleTimeoutMs' | 'cancel'> {
  /** Exactly `size` bytes, opened and sent once: only what has no body is sent again where a kept connection was closed meanwhile. */
  readonly body?: { readonly size: number; readonly open: () => Promise<Readable> };
  /** How long the answer to content may take once all was sent, in milliseconds: a registry may hash gigabytes then. */
  readonly answerTimeoutMs: number;
}

/** How long the whole of an answer may take that is no blob, in milliseconds. */
const shortAnswerMs = 600_000;

/**
 * Sends one request and returns when the answer's header is there. No redirect is followed, no status is judged.
 *
 * @throws REGISTRY_UNREACHABLE, REGISTRY_CERTIFICATE_UNTRUSTED, REGISTRY_PLAIN_HTTP_REFUSED, PUSH_CANCELLED, or the catalogue's error that the body's own stream failed with
 */
export async function send(agents: Agents, exchange: Exchange): Promise<IncomingMessage> {
  allowed(exchange.url);
  try {
    const { answerTimeoutMs, ...rest } = exchange;
    // An upload session is ended by a PUT that may have no body of its own.
    const isContent = exchange.body !== undefined || exchange.method === 'PUT';
    const limits = isContent ? { answerTimeoutMs } : {};
    return await http.exchange(agents, { ...rest, ...limits, repeatable: exchange.body === undefined });
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
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body.bodyOf(answer, { idleTimeoutMs, deadlineMs });
  } catch (error) {
    throw error instanceof SealiftError ? error : asCatalogued(failureOf(error), place);
  }
}

/** As `bodyOf`, for an answer that is read into memory: a registry that drips ends too. */
export function shortBodyOf(answer: IncomingMessage, idleTimeoutMs: number, place: string) {
  return bodyOf(answer, idleTimeoutMs, place, shortAnswerMs);
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
