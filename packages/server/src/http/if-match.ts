import type { IncomingHttpHeaders } from 'node:http';
import { SealiftError } from '@sealift/core/errors';
import type { FastifyRequest } from 'fastify';

/** The `ETag` of a state that has been changed so many times (RFC 9110, 8.8.3). */
export function tagOf(revision: number): string {
  return `"${revision}"`;
}

/**
 * The revision that `If-Match` names (RFC 9110, 13.1.1): the state that was seen before the change was asked for.
 *
 * @param what is changed, for messages
 * @throws PRECONDITION_MISSING, RECORD_CHANGED where it is no revision of ours
 */
export function seenRevision(request: FastifyRequest, what: string): number {
  const given = request.headers['if-match'];
  if (given === undefined) throw new SealiftError('PRECONDITION_MISSING', { place: 'If-Match', values: { what } });
  const revision = revisionIn(given);
  if (revision === undefined) throw recordChanged(what);
  return revision;
}

/**
 * Which revisions a change was made for, where any will do without `If-Match`; undefined then.
 *
 * @throws INPUT_INVALID where the header is no list of our tags
 */
export function ifMatch(headers: IncomingHttpHeaders): readonly number[] | undefined {
  const given = headers['if-match']?.trim();
  if (given === undefined || given === '*') return undefined;
  return given.split(',').map((part) => {
    const revision = revisionIn(part.trim());
    if (revision !== undefined) return revision;
    const reason = 'expected the ETag of the layer as it was read, such as "3", or *';
    throw new SealiftError('INPUT_INVALID', { place: 'If-Match', values: { what: 'the header If-Match', reason } });
  });
}

/** What was seen is not what is there. */
export function recordChanged(what: string): SealiftError {
  return new SealiftError('RECORD_CHANGED', { place: 'If-Match', values: { what } });
}

function revisionIn(tag: string): number | undefined {
  const [, revision] = /^"(\d{1,9})"$/.exec(tag) ?? [];
  return revision === undefined ? undefined : Number(revision);
}
