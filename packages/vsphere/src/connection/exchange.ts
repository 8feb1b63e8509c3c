import type { IncomingMessage } from 'node:http';
import { SealiftError } from '@sealift/core/errors';
import type { Agents } from '@sealift/io/http/agents';
import * as body from '@sealift/io/http/body';
import * as http from '@sealift/io/http/exchange';
import { ConnectionFailure, failureOf } from '@sealift/io/http/failure';
import { type Server, vcenterServer } from './server.ts';
import { hostOf } from './unavailable.ts';

/**
 * Sends one request and returns when the answer's header is there. No redirect is followed, no status is judged.
 *
 * @throws VSPHERE_UNREACHABLE, VSPHERE_CERTIFICATE_UNTRUSTED, CANCELLED, or what the body's own stream failed with
 */
export async function exchange(
  agents: Agents,
  wanted: http.Exchange,
  server: Server = vcenterServer,
): Promise<IncomingMessage> {
  try {
    return await http.exchange(agents, wanted);
  } catch (error) {
    throw error instanceof ConnectionFailure ? asCatalogued(error, placeOf(wanted.url), server) : error;
  }
}

/**
 * The bytes of an answer, at most `limitBytes`.
 *
 * @throws VSPHERE_UNREACHABLE when the line is cut or nothing arrives in time, VSPHERE_ANSWER_INVALID when there is more, CANCELLED
 */
export async function* bodyOf(
  answer: IncomingMessage,
  options: body.BodyOptions & { readonly limitBytes: number; readonly place: string; readonly server?: Server },
): AsyncGenerator<Uint8Array, void, undefined> {
  const { limitBytes, place, server } = options;
  let total = 0;
  try {
    for await (const chunk of body.bodyOf(answer, options)) {
      total += chunk.byteLength;
      if (total > limitBytes) throw invalidAnswer(`it is larger than ${limitBytes} bytes`, place);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof SealiftError ? error : asCatalogued(failureOf(error), place, server);
  }
}

/** A failure of the connection as an error of the catalogue. */
export function asCatalogued(
  failure: ConnectionFailure,
  place: string,
  { name, unreachableHint, untrustedHint }: Server = vcenterServer,
): SealiftError {
  if (failure.kind === 'cancelled') return new SealiftError('CANCELLED', { place, cause: failure });
  const hint = failure.remedy ?? (failure.aboutCertificate ? untrustedHint : unreachableHint);
  return new SealiftError(failure.aboutCertificate ? 'VSPHERE_CERTIFICATE_UNTRUSTED' : 'VSPHERE_UNREACHABLE', {
    values: { server: name, reason: failure.message, presented: '' },
    place,
    about: { kind: name, name: hostOf(place) },
    ...(hint === undefined ? {} : { hint }),
    cause: failure,
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
