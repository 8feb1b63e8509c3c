import type { IncomingMessage } from 'node:http';
import { discard } from '@sealift/io/http/body';
import { type Descriptor, indexSchema } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import { readBounded } from '../verify-stream.ts';
import { invalidAnswer, nextPage } from './answers.ts';
import { refusal } from './failures.ts';
import { pullScope } from './names.ts';
import { placeOf } from './origin.ts';
import { shortBodyOf } from './transport.ts';
import type { Call } from './upload-sessions.ts';

const pageLimitBytes = 4 * 1024 * 1024;
/** Far more than anything is signed or described by. */
const referrersLimit = 10_000;

/** What the referrers API needs of the client. */
export interface ReferrersTransport {
  readonly call: (call: Call) => Promise<IncomingMessage>;
  readonly referrersUrl: (repository: string, subject: Digest) => URL;
  readonly idleTimeoutMs: number;
}

/**
 * Lists what refers to a manifest (OCI distribution-spec 1.1, end-12a), 10,000 at most.
 *
 * @returns undefined when the registry has no such API
 */
export async function listReferrers(
  { call, referrersUrl, idleTimeoutMs }: ReferrersTransport,
  repository: string,
  subject: Digest,
): Promise<readonly Descriptor[] | undefined> {
  const found: Descriptor[] = [];
  let url: URL | undefined = referrersUrl(repository, subject);
  while (url !== undefined) {
    const place = placeOf(url);
    const answer = await call({ method: 'GET', url, scope: pullScope(repository) });
    if ([400, 404, 405].includes(answer.statusCode ?? 0)) {
      discard(answer);
      return undefined;
    }
    if (answer.statusCode !== 200) throw await refusal(answer, `referrers of ${subject}`, place);
    const bytes = await readBounded(shortBodyOf(answer, idleTimeoutMs, place), pageLimitBytes, 'referrers', place);
    const listed = parseIndex(bytes, place);
    found.push(...listed);
    if (listed.length === 0 || found.length > referrersLimit) break;
    url = nextPage(answer, url);
  }
  return found.slice(0, referrersLimit);
}

function parseIndex(bytes: Buffer, place: string): readonly Descriptor[] {
  try {
    return indexSchema.parse(JSON.parse(bytes.toString('utf8'))).manifests;
  } catch (error) {
    throw invalidAnswer('the list of referrers is not an image index', place, error);
  }
}
