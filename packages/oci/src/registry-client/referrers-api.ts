import type { IncomingMessage } from 'node:http';
import { type Descriptor, indexSchema } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import { readBounded } from '../verify-stream.ts';
import { invalidAnswer, nextPage } from './answers.ts';
import { refusal } from './failures.ts';
import { pullScope } from './names.ts';
import { placeOf } from './origin.ts';
import { bodyOf } from './transport.ts';
import type { Call } from './upload-sessions.ts';

const pageLimitBytes = 4 * 1024 * 1024;
const pageLimit = 1000;

/** What the referrers API needs of the client. */
export interface ReferrersTransport {
  readonly call: (call: Call) => Promise<IncomingMessage>;
  readonly referrersUrl: (repository: string, subject: Digest) => URL;
  readonly idleTimeoutMs: number;
}

/**
 * Lists what refers to a manifest (OCI distribution-spec 1.1, end-12a).
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
  for (let page = 0; url !== undefined && page < pageLimit; page += 1) {
    const place = placeOf(url);
    const answer = await call({ method: 'GET', url, scope: pullScope(repository) });
    if ([400, 404, 405].includes(answer.statusCode ?? 0)) {
      answer.resume();
      return undefined;
    }
    if (answer.statusCode !== 200) throw await refusal(answer, `referrers of ${subject}`, place);
    const bytes = await readBounded(bodyOf(answer, idleTimeoutMs, place), pageLimitBytes, 'referrers', place);
    found.push(...parseIndex(bytes, place));
    url = nextPage(answer, url);
  }
  return found;
}

function parseIndex(bytes: Buffer, place: string): readonly Descriptor[] {
  try {
    return indexSchema.parse(JSON.parse(bytes.toString('utf8'))).manifests;
  } catch (error) {
    throw invalidAnswer('the list of referrers is not an image index', place, error);
  }
}
