import { SealiftError } from '@sealift/core/errors';
import type { FastifyRequest } from 'fastify';

/**
 * The revision that `If-Match` names (RFC 9110, 13.1.1): the state that was seen before the change was asked for.
 *
 * @param what is changed, for messages
 * @throws PRECONDITION_MISSING, RECORD_CHANGED where it is no revision of ours
 */
export function seenRevision(request: FastifyRequest, what: string): number {
  const given = request.headers['if-match'];
  if (given === undefined) throw new SealiftError('PRECONDITION_MISSING', { place: 'If-Match', values: { what } });
  const revision = /^"(\d{1,9})"$/.exec(given)?.[1];
  if (revision === undefined) throw recordChanged(what);
  return Number(revision);
}

/** What was seen is not what is there. */
export function recordChanged(what: string): SealiftError {
  return new SealiftError('RECORD_CHANGED', { place: 'If-Match', values: { what } });
}

/** The `ETag` of a state (RFC 9110, 8.8.3). */
export function tagOf(revision: number): string {
  return `"${revision}"`;
}
