import type { IncomingMessage } from 'node:http';
import { discard } from '@sealift/io/http/body';
import { Readable } from 'node:stream';
import { mediaTypes } from '../descriptor.ts';
import { type Digest, digestOf, isDigest } from '../digest.ts';
import { ContentCheck, readBounded } from '../verify-stream.ts';
import { announcedDigest, mediaTypeOf, modifiedAt } from './answers.ts';
import { expectStatus, type RegistryCalls } from './calls.ts';
import { checkedReference, deleteScope, pullScope, pushScope } from './names.ts';
import { placeOf } from './origin.ts';
import { shortBodyOf } from './transport.ts';

/** Manifests beyond this are refused, as registries do (OCI distribution-spec, "Pushing Manifests"). */
export const manifestLimitBytes = 4 * 1024 * 1024;

const headers = {
  accept: [mediaTypes.manifest, mediaTypes.index, mediaTypes.dockerManifest, mediaTypes.dockerIndex].join(', '),
};

/** A manifest as the registry holds it, its bytes checked against its digest. */
export interface FetchedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** When it was given its tag, where the registry says so (RFC 9110, `Last-Modified`). */
  readonly taggedAt?: Date;
}

/** Reads a manifest (OCI distribution-spec, end-3). */
export async function getManifest(
  calls: RegistryCalls,
  repository: string,
  reference: string,
): Promise<FetchedManifest> {
  const url = calls.url(repository, 'manifests', checkedReference(reference));
  const place = placeOf(url);
  const answer = await calls.call({ method: 'GET', url, scope: pullScope(repository), headers });
  await expectStatus(answer, [200], `manifest ${repository}:${reference}`, url);
  const body = shortBodyOf(answer, calls.idleTimeoutMs, place);
  const bytes = await readBounded(body, manifestLimitBytes, 'manifest', place);
  const digest = isDigest(reference) ? reference : (announcedDigest(answer) ?? digestOf(bytes));
  const check = new ContentCheck({ digest, place });
  check.update(bytes);
  check.end();
  const taggedAt = isDigest(reference) ? undefined : modifiedAt(answer);
  return { digest, mediaType: mediaTypeOf(answer), bytes, ...(taggedAt === undefined ? {} : { taggedAt }) };
}

/** Asks which manifest a reference stands for (end-3, HEAD). */
export async function headManifest(
  calls: RegistryCalls,
  repository: string,
  reference: string,
): Promise<Omit<FetchedManifest, 'bytes'> | undefined> {
  const url = calls.url(repository, 'manifests', checkedReference(reference));
  const answer = await calls.head({ url, scope: pullScope(repository), headers });
  if (answer.statusCode === 404) return undefined;
  await expectStatus(answer, [200], `manifest ${reference}`, url);
  const digest = announcedDigest(answer) ?? (isDigest(reference) ? reference : undefined);
  if (digest !== undefined) return { digest, mediaType: mediaTypeOf(answer) };
  const { digest: found, mediaType } = await getManifest(calls, repository, reference);
  return { digest: found, mediaType };
}

/** Puts a manifest (end-7). Some registries answer with another success than 201. */
export async function putManifest(
  calls: RegistryCalls,
  repository: string,
  reference: string,
  mediaType: string,
  bytes: Uint8Array,
): Promise<IncomingMessage> {
  const url = calls.url(repository, 'manifests', checkedReference(reference));
  const answer = await calls.call({
    method: 'PUT',
    url,
    scope: pushScope(repository),
    headers: { 'content-type': mediaType },
    body: { size: bytes.byteLength, open: () => Promise.resolve(Readable.from([bytes], { objectMode: false })) },
  });
  await expectStatus(answer, [200, 201, 202, 204], `repository ${repository}`, url);
  discard(answer);
  return answer;
}

/** Removes a manifest by its digest (end-9). */
export async function removeManifest(calls: RegistryCalls, repository: string, digest: Digest): Promise<void> {
  const url = calls.url(repository, 'manifests', digest);
  const answer = await calls.call({ method: 'DELETE', url, scope: deleteScope(repository) });
  await expectStatus(answer, [200, 202, 204, 404], `manifest ${digest}`, url);
  discard(answer);
}
