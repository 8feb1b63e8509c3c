import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import { discard } from '@sealift/io/http/body';
import { mediaTypes } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { Scope } from './authenticator.ts';
import { refusal } from './failures.ts';
import { pushScope } from './names.ts';
import { placeOf } from './origin.ts';
import type { Exchange } from './transport.ts';

/** One request as the client sends it, with what it is for. */
export type Call = Pick<Exchange, 'method' | 'url'> &
  Partial<Pick<Exchange, 'headers' | 'body'>> & { readonly scope: Scope };

/** What the sessions need of the client. */
export interface SessionTransport {
  readonly call: (call: Call) => Promise<IncomingMessage>;
  /** The `Location` of an answer, checked. */
  readonly location: (answer: IncomingMessage, base: URL) => URL;
  readonly uploadsUrl: (repository: string) => URL;
}

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

/** Upload sessions (OCI distribution-spec, "Pushing a blob in chunks" and "POST then PUT"). */
export class UploadSessions {
  readonly #transport: SessionTransport;

  constructor(transport: SessionTransport) {
    this.#transport = transport;
  }

  /** Begins a session (end-4a). */
  async start(repository: string): Promise<UploadSession> {
    const url = this.#transport.uploadsUrl(repository);
    const answer = await this.#transport.call({ method: 'POST', url, scope: pushScope(repository) });
    if (answer.statusCode !== 202) throw await refusal(answer, `repository ${repository}`, placeOf(url));
    discard(answer);
    return { repository, url: this.#transport.location(answer, url), offset: 0, minChunkBytes: minChunkBytes(answer) };
  }

  /** How far a session is (end-13), or undefined when the registry no longer knows it or can't go on with it. */
  async resume(repository: string, url: URL): Promise<UploadSession | undefined> {
    const answer = await this.#transport.call({ method: 'GET', url, scope: pushScope(repository) });
    const status = answer.statusCode ?? 0;
    if (status === 429 || status >= 500) throw await refusal(answer, 'upload session', placeOf(url));
    discard(answer);
    const end = /^(?:bytes=)?0-(\d{1,15})$/.exec(answer.headers.range ?? '')?.[1];
    if ((status !== 204 && status !== 202) || end === undefined) return undefined;
    const next = answer.headers.location === undefined ? url : this.#transport.location(answer, url);
    // `0-0` stands for nothing at all and for one byte alike: a session that short is not worth going on with.
    if (end === '0') return undefined;
    return { repository, url: next, offset: Number(end) + 1, minChunkBytes: minChunkBytes(answer) };
  }

  /**
   * Sends the next chunk (end-5).
   *
   * @throws REGISTRY_FAILED when the session is lost or elsewhere than thought; REGISTRY_REFUSED where chunks are not taken
   */
  async append(session: UploadSession, size: number, open: () => Promise<Readable>): Promise<UploadSession> {
    const { repository, url, offset, minChunkBytes } = session;
    const answer = await this.#transport.call({
      method: 'PATCH',
      url,
      scope: pushScope(repository),
      headers: { 'content-type': mediaTypes.octetStream, 'content-range': `${offset}-${offset + size - 1}` },
      body: { size, open },
    });
    const status = answer.statusCode ?? 0;
    // A session that was just begun can't be lost yet: this registry takes no chunks.
    if (offset === 0 && chunksRefused.includes(status)) throw refused(answer, url);
    if ([404, 409, 416].includes(status)) throw lost(answer, url);
    if (status !== 202) throw await refusal(answer, `repository ${repository}`, placeOf(url));
    discard(answer);
    return { repository, url: this.#transport.location(answer, url), offset: offset + size, minChunkBytes };
  }

  /** Ends a session and makes it a blob (end-6), with the whole content or none. */
  async finish(
    session: UploadSession,
    digest: Digest,
    body?: { readonly size: number; readonly open: () => Promise<Readable> },
  ): Promise<void> {
    const url = new URL(session.url);
    url.searchParams.set('digest', digest);
    const answer = await this.#transport.call({
      method: 'PUT',
      url,
      scope: pushScope(session.repository),
      ...(body === undefined ? {} : { body, headers: { 'content-type': mediaTypes.octetStream } }),
    });
    if ([404, 409, 416].includes(answer.statusCode ?? 0)) throw lost(answer, url);
    if (answer.statusCode !== 201) throw await refusal(answer, `repository ${session.repository}`, placeOf(url));
    discard(answer);
  }

  /** Gives up a session nobody will use; a registry that can't is left to its own clean-up. */
  async cancel(session: UploadSession): Promise<void> {
    const { repository, url } = session;
    await this.#transport.call({ method: 'DELETE', url, scope: pushScope(repository) }).then(discard, () => undefined);
  }
}

/** `OCI-Chunk-Min-Length` (OCI distribution-spec 1.1, "Pushing a blob in chunks"). */
function minChunkBytes(answer: IncomingMessage): number {
  const header = answer.headers['oci-chunk-min-length'];
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : 0;
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
