import type { IncomingHttpHeaders } from 'node:http';
import { SealiftError } from '@sealift/core/errors';

/** The entity tag of what has been edited so many times (RFC 9110, section 8.8.3). */
export function revisionTag(revision: number): string {
  return `"${revision}"`;
}

/**
 * Which revisions a change was made for (RFC 9110, section 13.1.1); undefined where any will do.
 *
 * @throws INPUT_INVALID where the header is no list of our tags
 */
export function ifMatch(headers: IncomingHttpHeaders): readonly number[] | undefined {
  const given = headers['if-match']?.trim();
  if (given === undefined || given === '*') return undefined;
  return given.split(',').map((part) => {
    const [, revision] = /^"(\d{1,9})"$/.exec(part.trim()) ?? [];
    if (revision !== undefined) return Number(revision);
    const reason = 'expected the ETag of the layer as it was read, such as "3", or *';
    throw new SealiftError('INPUT_INVALID', { place: 'If-Match', values: { what: 'the header If-Match', reason } });
  });
}
