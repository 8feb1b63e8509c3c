import type { IncomingMessage } from 'node:http';
import { SealiftError } from '@sealift/core/errors';
import { refused } from './client.ts';

/** What an answer says of the file that it is of. */
export interface AnswerFacts {
  /** Of the whole file; undefined where the server does not know. */
  readonly sizeBytes: number | undefined;
  /** Strong `ETag`, else `Last-Modified` (RFC 9110, section 13.1.5); empty where there is neither. */
  readonly validator: string;
  /** Which part came; undefined for the whole. */
  readonly part: { readonly start: number; readonly end: number } | undefined;
}

/** Reads status and headers of an answer. @throws DOWNLOAD_REFUSED where they make no sense */
export function factsOf({ statusCode, headers }: IncomingMessage, place: string): AnswerFacts {
  const { etag, 'last-modified': modified = '' } = headers;
  const validator = etag !== undefined && !etag.startsWith('W/') ? etag : modified;
  if (statusCode !== 206) {
    const length = headers['content-length'] ?? '';
    return { sizeBytes: /^\d{1,15}$/.test(length) ? Number(length) : undefined, validator, part: undefined };
  }
  const [, first, last, size] =
    /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  if (first === undefined) throw refused(place, 'it answers with a part and does not say which');
  const part = { start: Number(first), end: Number(last) + 1 };
  return { sizeBytes: size === '*' ? undefined : Number(size), validator, part };
}

/**
 * Demands that an answer is of the file that was begun.
 *
 * @param validator what identifies it; undefined where every range has a signed digest, which alone decides
 * @throws DOWNLOAD_CHANGED
 */
export function demandSame(
  facts: AnswerFacts,
  wanted: { readonly sizeBytes: number; readonly validator: string | undefined },
  place: string,
): void {
  const isSame =
    (facts.sizeBytes === undefined || facts.sizeBytes === wanted.sizeBytes) &&
    (wanted.validator === undefined || facts.validator === wanted.validator);
  if (!isSame) throw new SealiftError('DOWNLOAD_CHANGED', { place });
}
