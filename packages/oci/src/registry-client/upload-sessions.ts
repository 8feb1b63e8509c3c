import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import { discard } from '@sealift/io/http/body';
import { mediaTypes } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import { expectStatus, type RegistryCalls } from './calls.ts';
import { refusal } from './failures.ts';
import { pushScope } from './names.ts';
import { placeOf } from './origin.ts';

/** An upload session at a registry; its URL changes with every chunk at some registries. */
export interface UploadSession {
  readonly repository: string;
  readonly url: URL;
  /** Bytes the registry holds. */
  readonly offset: number;
  /** The registry takes no chunks smaller than this, in bytes, but for the last. */
  readonly minChunkBytes: number;
}

/** Answers to a chunk by which a registry, or what stands before it, says that it takes none. */
const chunksRefused = [404, 405, 411, 415, 501];
/** The one that the OCI distribution-spec names, and those that registries give in its place. */
const begun = [202, 200, 201, 204];
const appended = [202, 200, 201, 204];
const finished = [201, 200, 204];

/**
 * Upload sessions (OCI distribution-spec, "Pushing a blob in chunks" and "POST then PUT"). Nothing here is sent again by itself: after a
 * failure it is not known how far the session is, and who sends the content asks.
 */
export class UploadSessions {
  readonly #calls: RegistryCalls;

  constructor(calls: RegistryCalls) {
    this.#calls = calls;
  }

  /** Begins a session (end-4a). @throws REGISTRY_NOT_FOUND, REGISTRY_DENIED, REGISTRY_UNAUTHORIZED */
  async start(repository: string): Promise<UploadSession> {
    const url = this.#calls.url(repository, 'blobs', 'uploads/');
    const answer = await this.#calls.call({ method: 'POST', url, scope: pushScope(repository), once: true });
    if (answer.statusCode === 404) throw noRepository(answer, repository, url);
    await expectStatus(answer, begun, `repository ${repository}`, url);
    discard(answer);
    return { repository, url: this.#calls.location(answer), offset: 0, minChunkBytes: minChunkBytes(answer) };
  }

  /** How far a session is (end-13), or undefined when the registry no longer knows it or can't go on with it. */
  async resume(repository: string, url: URL): Promise<UploadSession | undefined> {
    const answer = await this.#calls.call({ method: 'GET', url, scope: pushScope(repository), once: true });
    const status = answer.statusCode ?? 0;
    if (status === 429 || status >= 500) throw await refusal(answer, 'upload session', placeOf(url));
    discard(answer);
    const end = /^(?:bytes=)?0-(\d{1,15})$/.exec(answer.headers.range ?? '')?.[1];
    if ((status !== 204 && status !== 202) || end === undefined) return undefined;
    const next = answer.headers.location === undefined ? url : this.#calls.location(answer);
    // `0-0` stands for nothing at all and for one byte alike: a session that short is not worth going on with.
    if (end === '0') return undefined;
    return { repository, url: next, offset: Number(end) + 1, minChunkBytes: minChunkBytes(answer) };
  }

  /**
   * Sends the next chunk (end-5).
   *
   * @throws REGISTRY_FAILED when the session is lost or elsewhere than thought; REGISTRY_REFUSED where chunks are not taken;
   * REGISTRY_BODY_LIMIT where none so large is
   */
  async append(session: UploadSession, size: number, open: () => Promise<Readable>): Promise<UploadSession> {
    const { repository, url, offset, minChunkBytes } = session;
    const answer = await this.#calls.call({
      method: 'PATCH',
      once: true,
      url,
      scope: pushScope(repository),
      headers: { 'content-type': mediaTypes.octetStream, 'content-range': `${offset}-${offset + size - 1}` },
      body: { size, open },
    });
    const status = answer.statusCode ?? 0;
    // A session that was just begun can't be lost yet: this registry takes no chunks.
    if (offset === 0 && chunksRefused.includes(status)) throw refused(answer, url);
    if ([404, 409, 416].includes(status)) throw lost(answer, url);
    if (status === 413) throw await tooLarge(answer, size, url);
    await expectStatus(answer, appended, `repository ${repository}`, url);
    discard(answer);
    // Where a registry says nothing, the session is where it was.
    const next = answer.headers.location === undefined ? url : this.#calls.location(answer);
    return { repository, url: next, offset: offset + size, minChunkBytes };
  }

  /** Ends a session and makes it a blob (end-6), with the whole content or none. */
  async finish(
    session: UploadSession,
    digest: Digest,
    body?: { readonly size: number; readonly open: () => Promise<Readable> },
  ): Promise<void> {
    const url = new URL(session.url);
    url.searchParams.set('digest', digest);
    const answer = await this.#calls.call({
      method: 'PUT',
      once: true,
      url,
      scope: pushScope(session.repository),
      ...(body === undefined ? {} : { body, headers: { 'content-type': mediaTypes.octetStream } }),
    });
    if ([404, 409, 416].includes(answer.statusCode ?? 0)) throw lost(answer, url);
    if (answer.statusCode === 413 && body !== undefined) throw await tooLarge(answer, body.size, url);
    await expectStatus(answer, finished, `repository ${session.repository}`, url);
    discard(answer);
  }

  /** Gives up a session nobody will use; a registry that can't is left to its own clean-up. */
  async cancel(session: UploadSession): Promise<void> {
    const { repository, url } = session;
    const call = { method: 'DELETE', url, scope: pushScope(repository), once: true } as const;
    await this.#calls.call(call).then(discard, () => undefined);
  }
}

/** `OCI-Chunk-Min-Length` (OCI distribution-spec 1.1, "Pushing a blob in chunks"). */
function minChunkBytes(answer: IncomingMessage): number {
  const header = answer.headers['oci-chunk-min-length'];
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : 0;
}

/** Some registries make no repository by themselves, and some hide one that the account may not push to. */
function noRepository(answer: IncomingMessage, repository: string, url: URL): SealiftError {
  discard(answer);
  const hint = `Create the repository ${repository} (or the project it is in) at the registry, or give the account the right to; then run it again.`;
  return new SealiftError('REGISTRY_NOT_FOUND', {
    values: { what: `repository ${repository}` },
    place: placeOf(url),
    hint,
  });
}

/** A full quota is told by the same status. */
async function tooLarge(answer: IncomingMessage, sizeBytes: number, url: URL): Promise<SealiftError> {
  const error = await refusal(answer, '', placeOf(url));
  if (error.code !== 'REGISTRY_REFUSED') return error;
  const values = { registry: url.host, sizeBytes, reason: error.message };
  return new SealiftError('REGISTRY_BODY_LIMIT', { values, place: placeOf(url), cause: error });
}

function refused(answer: IncomingMessage, url: URL): SealiftError {
  discard(answer);
  const reason = `${answer.statusCode} to a chunk`;
  return new SealiftError('REGISTRY_REFUSED', { values: { reason }, place: placeOf(url) });
}

function lost(answer: IncomingMessage, url: URL): SealiftError {
  discard(answer);
  return new SealiftError('REGISTRY_FAILED', {
    values: { reason: 'it lost the upload session or is elsewhere in it' },
    place: placeOf(url),
  });
}
