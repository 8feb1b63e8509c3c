import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { isSealiftError } from '@sealift/core/errors';
import { discard } from '@sealift/io/http/body';
import type { ByteRange } from '../content.ts';
import type { Digest } from '../digest.ts';
import { readableOver, verifiedReadable } from '../verify-stream.ts';
import { cut, sizeOf } from './answers.ts';
import { expectStatus, type RegistryCalls } from './calls.ts';
import { checkedRepository, mountScope, pullScope } from './names.ts';
import { placeOf } from './origin.ts';
import { contentOf } from './transport.ts';

/** Of a blob whose size the registry does not say: what takes longer than this much would is given up. */
const assumedBytes = 256 * 1024 * 1024 * 1024;

/** Asks for a blob (OCI distribution-spec, end-2, HEAD); undefined when the repository does not hold it. */
export async function headBlob(
  calls: RegistryCalls,
  repository: string,
  digest: Digest,
): Promise<IncomingMessage | undefined> {
  const url = calls.url(repository, 'blobs', digest);
  const answer = await calls.head({ url, scope: pullScope(repository) });
  if (answer.statusCode === 404) return undefined;
  await expectStatus(answer, [200], `blob ${digest}`, url);
  return answer;
}

/** Reads a blob, or a part of it (end-2). */
export async function openBlob(
  calls: RegistryCalls,
  repository: string,
  digest: Digest,
  range?: ByteRange,
): Promise<Readable> {
  if (range !== undefined && range.end <= range.start) return Readable.from([]);
  const url = calls.url(repository, 'blobs', digest);
  const place = placeOf(url);
  const headers = range === undefined ? {} : { range: `bytes=${range.start}-${range.end - 1}` };
  const answer = await calls.call({ method: 'GET', url, scope: pullScope(repository), headers });
  const isPart = answer.statusCode === 206 && range !== undefined;
  if (!isPart) await expectStatus(answer, [200], `blob ${digest}`, url);
  const size = isPart ? range.end - range.start : statedSize(answer, place);
  const chunks = contentOf(answer, calls.idleTimeoutMs, place, size ?? assumedBytes);
  if (isPart) return readableOver(chunks, answer);
  // A registry without range requests answers with the whole blob.
  if (range !== undefined) return readableOver(cut(chunks, range), answer);
  return verifiedReadable(chunks, { digest, size, place }, answer);
}

/** Has a blob taken over from another repository (end-11); whatever is not done is not, and says nothing about the push. */
export async function mountBlob(
  calls: RegistryCalls,
  repository: string,
  digest: Digest,
  from: string,
): Promise<'mounted' | 'refused' | URL> {
  const url = calls.url(repository, 'blobs', 'uploads/');
  url.searchParams.set('mount', digest);
  url.searchParams.set('from', checkedRepository(from));
  try {
    const answer = await calls.call({ method: 'POST', url, scope: mountScope(repository, from), once: true });
    discard(answer);
    if (answer.statusCode === 201) return 'mounted';
    return answer.statusCode === 202 ? calls.location(answer) : 'refused';
  } catch (error) {
    // A login that is good for one of the two repositories, a token service that gives no token for both, a line that is cut.
    if (!isSealiftError(error) || error.code === 'PUSH_CANCELLED') throw error;
    return 'refused';
  }
}

/** @throws REGISTRY_ANSWER_INVALID; the answer is given up then */
function statedSize(answer: IncomingMessage, place: string): number | undefined {
  if (answer.headers['content-length'] === undefined) return undefined;
  try {
    return sizeOf(answer, place);
  } catch (error) {
    answer.destroy();
    throw error;
  }
}
