import type { IncomingMessage } from 'node:http';
import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import type { ByteRange } from '../content.ts';
import { type Digest, isDigest } from '../digest.ts';
import { isRepositoryName, isTag } from '../reference.ts';
import { placeOf } from './origin.ts';

const tagListSchema = z.object({ tags: z.array(z.string()).nullish() });
const catalogSchema = z.object({ repositories: z.array(z.string()).nullish() });

/** `Content-Length` in bytes. @throws REGISTRY_ANSWER_INVALID when it is missing or not a number */
export function sizeOf(answer: IncomingMessage, place: string): number {
  const header = answer.headers['content-length'] ?? '';
  if (!/^\d{1,15}$/.test(header)) throw invalidAnswer('no Content-Length', place);
  return Number(header);
}

/** `Docker-Content-Digest`, where it is one we accept. */
export function announcedDigest(answer: IncomingMessage): Digest | undefined {
  const header = answer.headers['docker-content-digest'];
  return typeof header === 'string' && isDigest(header) ? header : undefined;
}

/** `Content-Type` without parameters. */
export function mediaTypeOf(answer: IncomingMessage): string {
  return (answer.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
}

/** `Last-Modified`, where it is a time. */
export function modifiedAt(answer: IncomingMessage): Date | undefined {
  const at = new Date(answer.headers['last-modified'] ?? '');
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** One page of a tag list; anything that is no tag is refused. @throws REGISTRY_ANSWER_INVALID */
export function parseTags(bytes: Buffer, place: string): string[] {
  let tags: string[];
  try {
    tags = tagListSchema.parse(JSON.parse(bytes.toString('utf8'))).tags ?? [];
  } catch (error) {
    throw invalidAnswer('the tag list is not JSON of the form expected', place, error);
  }
  const stranger = tags.find((tag) => !isTag(tag));
  if (stranger !== undefined) throw invalidAnswer(`${JSON.stringify(stranger.slice(0, 100))} is not a tag`, place);
  return tags;
}

/** One page of a list of repositories; anything that is no name of one is refused. @throws REGISTRY_ANSWER_INVALID */
export function parseRepositories(bytes: Buffer, place: string): string[] {
  let names: string[];
  try {
    names = catalogSchema.parse(JSON.parse(bytes.toString('utf8'))).repositories ?? [];
  } catch (error) {
    throw invalidAnswer('the list of repositories is not JSON of the form expected', place, error);
  }
  const stranger = names.find((name) => !isRepositoryName(name));
  if (stranger === undefined) return names;
  throw invalidAnswer(`${JSON.stringify(stranger.slice(0, 100))} is not a repository name`, place);
}

/** The next page a `Link` header names (RFC 8288), on the same host; undefined at the end. */
export function nextPage(answer: IncomingMessage, base: URL): URL | undefined {
  const header = answer.headers.link;
  if (header === undefined) return undefined;
  const found = /<([^>]{1,4096})>\s*;\s*rel="?next"?/.exec(Array.isArray(header) ? header.join(',') : header);
  if (found?.[1] === undefined) return undefined;
  const next = new URL(found[1], base);
  next.protocol = base.protocol;
  if (next.host !== base.host) throw invalidAnswer('the next page of the list is on another host', placeOf(base));
  if (next.href === base.href) throw invalidAnswer('the next page of the list is the same again', placeOf(base));
  return next;
}

/** The part of a sequence of chunks that a range names. */
export async function* cut(chunks: AsyncIterable<Uint8Array>, range: ByteRange): AsyncGenerator<Uint8Array> {
  let position = 0;
  for await (const chunk of chunks) {
    const from = Math.max(0, range.start - position);
    const to = Math.min(chunk.byteLength, range.end - position);
    if (to > from) yield chunk.subarray(from, to);
    position += chunk.byteLength;
    if (position >= range.end) return;
  }
}

/** An answer that no registry gives, as an error of the catalogue. */
export function invalidAnswer(reason: string, place: string, cause?: unknown): SealiftError {
  return new SealiftError('REGISTRY_ANSWER_INVALID', {
    values: { reason },
    place,
    ...(cause === undefined ? {} : { cause }),
  });
}
