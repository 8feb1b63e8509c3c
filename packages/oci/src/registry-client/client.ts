import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import { Agents } from '@sealift/io/http/agents';
import { discard } from '@sealift/io/http/body';
import type { Environment } from '@sealift/io/http/environment';
import type { ByteRange, ContentSource } from '../content.ts';
import type { Credential } from '../credential.ts';
import { type Descriptor, mediaTypes } from '../descriptor.ts';
import { type Digest, digestOf, isDigest } from '../digest.ts';
import { ContentCheck, readableOver, readBounded, verifiedReadable } from '../verify-stream.ts';
import { announcedDigest, cut, invalidAnswer, mediaTypeOf, nextPage, parseTags, sizeOf } from './answers.ts';
import { Authenticator } from './authenticator.ts';
import { refusal } from './failures.ts';
import { checkedReference, checkedRepository, mountScope, pullScope, pushScope } from './names.ts';
import { allowed, placeOf, registryOrigin } from './origin.ts';
import { listReferrers } from './referrers-api.ts';
import { bodyOf, type Exchange, send, shortBodyOf } from './transport.ts';
import { type Call, UploadSessions } from './upload-sessions.ts';

/** Manifests beyond this are refused, as registries do (OCI distribution-spec, "Pushing Manifests"). */
export const manifestLimitBytes = 4 * 1024 * 1024;

const redirectLimit = 5;
const tagPageLimitBytes = 8 * 1024 * 1024;
const tagLimit = 200_000;
const defaultIdleTimeoutMs = 60_000;
const defaultAnswerTimeoutMs = 600_000;

const acceptManifests = {
  accept: [mediaTypes.manifest, mediaTypes.index, mediaTypes.dockerManifest, mediaTypes.dockerIndex].join(', '),
};

export interface RegistryClientOptions {
  /** `host` or `host:port`. */
  readonly registry: string;
  /** Speak HTTP without TLS; only to this machine itself. */
  readonly plainHttp?: boolean;
  readonly credential?: Credential | undefined;
  readonly cancel?: AbortSignal | undefined;
  /** How long nothing may move, in milliseconds. */
  readonly idleTimeoutMs?: number;
  /** Connections to the registry at a time. */
  readonly connections?: number;
  /** Proxy and CA variables; the process's own when absent. */
  readonly env?: Environment;
}

/** A manifest as the registry holds it, its bytes checked against its digest. */
export interface FetchedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/**
 * A client of one registry (OCI distribution-spec 1.1): streams in both directions, checks what it reads by digest,
 * answers Basic and Bearer challenges, and never sends a login to another host.
 *
 * @example
 * const client = new RegistryClient({ registry: '127.0.0.1:5000', plainHttp: true });
 * const manifest = await client.getManifest('library/busybox', 'latest');
 */
export class RegistryClient {
  readonly registry: string;
  /** Sending blobs in chunks, and going on where a cut line left them. */
  readonly uploads: UploadSessions;
  readonly #origin: URL;
  readonly #agents: Agents;
  readonly #authenticator: Authenticator;
  readonly #cancel: AbortSignal | undefined;
  readonly #idleTimeoutMs: number;

  /** @throws REFERENCE_INVALID, REGISTRY_PLAIN_HTTP_REFUSED, FILE_UNREADABLE (`SSL_CERT_FILE`) */
  constructor(options: RegistryClientOptions) {
    this.registry = options.registry;
    this.#origin = registryOrigin(options.registry, options.plainHttp ?? false);
    this.#agents = new Agents(options.env ?? process.env, {
      connections: options.connections ?? 16,
      keepAlive: true,
    });
    this.#cancel = options.cancel;
    this.#idleTimeoutMs = options.idleTimeoutMs ?? defaultIdleTimeoutMs;
    this.uploads = new UploadSessions({
      call: (call) => this.#call(call),
      location: (answer, base) => this.#location(answer, base),
      uploadsUrl: (repository) => this.#url(repository, 'blobs', 'uploads/'),
    });
    this.#authenticator = new Authenticator(this.#origin, options.credential, (exchange) => this.#send(exchange));
  }

  /** Closes every connection. */
  close(): void {
    this.#agents.close();
  }

  /** Checks that this is a registry and that the login is good (OCI distribution-spec, end-1). */
  async ping(): Promise<void> {
    const url = new URL('/v2/', this.#origin);
    const answer = await this.#call({ method: 'GET', url, scope: '' });
    if (answer.statusCode !== 200) throw await refusal(answer, 'OCI distribution API', placeOf(url));
    discard(answer);
  }

  /** The blob's size in bytes, or undefined when the repository does not hold it. */
  async blobSize(repository: string, digest: Digest): Promise<number | undefined> {
    const url = this.#url(repository, 'blobs', digest);
    const answer = await this.#call({ method: 'HEAD', url, scope: pullScope(repository) });
    discard(answer);
    if (answer.statusCode === 404) return undefined;
    if (answer.statusCode !== 200) throw await refusal(answer, `blob ${digest}`, placeOf(url));
    return sizeOf(answer, placeOf(url));
  }

  /** Whether the repository holds the blob. */
  async hasBlob(repository: string, digest: Digest): Promise<boolean> {
    return (await this.blobSize(repository, digest)) !== undefined;
  }

  /**
   * A blob's bytes; a whole one is checked while it streams. A range is `start` inclusive, `end` exclusive.
   *
   * @throws REGISTRY_NOT_FOUND; as the stream's error CONTENT_SHORT, CONTENT_LONG, CONTENT_DIGEST_MISMATCH, REGISTRY_UNREACHABLE
   */
  async openBlob(repository: string, digest: Digest, range?: ByteRange): Promise<Readable> {
    if (range !== undefined && range.end <= range.start) return Readable.from([]);
    const url = this.#url(repository, 'blobs', digest);
    const place = placeOf(url);
    const headers = range === undefined ? {} : { range: `bytes=${range.start}-${range.end - 1}` };
    const answer = await this.#call({ method: 'GET', url, scope: pullScope(repository), headers });
    const isPart = answer.statusCode === 206 && range !== undefined;
    if (!isPart && answer.statusCode !== 200) throw await refusal(answer, `blob ${digest}`, place);
    const chunks = bodyOf(answer, this.#idleTimeoutMs, place);
    if (isPart) return readableOver(chunks, answer);
    // A registry without range requests answers with the whole blob.
    if (range !== undefined) return readableOver(cut(chunks, range), answer);
    const size = statedSize(answer, place);
    return verifiedReadable(chunks, { digest, size, place }, answer);
  }

  /**
   * A manifest by digest or tag, at most 4 MiB.
   *
   * @throws REGISTRY_NOT_FOUND, INPUT_TOO_LARGE, CONTENT_DIGEST_MISMATCH, REGISTRY_ANSWER_INVALID
   */
  async getManifest(repository: string, reference: string): Promise<FetchedManifest> {
    const url = this.#url(repository, 'manifests', checkedReference(reference));
    const place = placeOf(url);
    const answer = await this.#call({ method: 'GET', url, scope: pullScope(repository), headers: acceptManifests });
    if (answer.statusCode !== 200) throw await refusal(answer, `manifest ${repository}:${reference}`, place);
    const bytes = await readBounded(
      shortBodyOf(answer, this.#idleTimeoutMs, place),
      manifestLimitBytes,
      'manifest',
      place,
    );
    const digest = isDigest(reference) ? reference : (announcedDigest(answer) ?? digestOf(bytes));
    const check = new ContentCheck({ digest, place });
    check.update(bytes);
    check.end();
    return { digest, mediaType: mediaTypeOf(answer), bytes };
  }

  /** Which manifest a tag or digest stands for, without its bytes; undefined when there is none. */
  async headManifest(
    repository: string,
    reference: string,
  ): Promise<{ readonly digest: Digest; readonly mediaType: string } | undefined> {
    const url = this.#url(repository, 'manifests', checkedReference(reference));
    const answer = await this.#call({ method: 'HEAD', url, scope: pullScope(repository), headers: acceptManifests });
    discard(answer);
    if (answer.statusCode === 404) return undefined;
    if (answer.statusCode !== 200) throw await refusal(answer, `manifest ${reference}`, placeOf(url));
    const digest = announcedDigest(answer) ?? (isDigest(reference) ? reference : undefined);
    if (digest !== undefined) return { digest, mediaType: mediaTypeOf(answer) };
    const { digest: found, mediaType } = await this.getManifest(repository, reference);
    return { digest: found, mediaType };
  }

  /** Puts a manifest under a tag or its digest; everything it names has to be there. */
  async putManifest(repository: string, reference: string, mediaType: string, bytes: Uint8Array): Promise<Digest> {
    await this.#putManifest(repository, reference, mediaType, bytes);
    return digestOf(bytes);
  }

  /**
   * Puts a manifest that has a `subject`, by its digest.
   *
   * @returns whether the registry lists it by itself; else it has to be listed under a tag (OCI distribution-spec 1.1, "Pushing
   * Manifests with Subject")
   */
  async putReferrer(repository: string, mediaType: string, bytes: Uint8Array): Promise<boolean> {
    const answer = await this.#putManifest(repository, digestOf(bytes), mediaType, bytes);
    return answer.headers['oci-subject'] !== undefined;
  }

  /** What refers to a manifest, or undefined when the registry has no referrers API. @throws REGISTRY_ANSWER_INVALID */
  async listReferrers(repository: string, subject: Digest): Promise<readonly Descriptor[] | undefined> {
    const transport = {
      call: (call: Call) => this.#call(call),
      referrersUrl: (name: string, digest: Digest) => this.#url(name, 'referrers', digest),
      idleTimeoutMs: this.#idleTimeoutMs,
    };
    return await listReferrers(transport, repository, subject);
  }

  /**
   * All tags of a repository, page by page, in the registry's order.
   *
   * @throws REGISTRY_NOT_FOUND when there is no such repository; INPUT_TOO_LARGE beyond 200,000 tags
   */
  async listTags(repository: string): Promise<string[]> {
    const tags: string[] = [];
    let url: URL | undefined = this.#url(repository, 'tags', 'list');
    url.searchParams.set('n', '1000');
    while (url !== undefined) {
      const place = placeOf(url);
      const answer = await this.#call({ method: 'GET', url, scope: pullScope(repository) });
      if (answer.statusCode !== 200) throw await refusal(answer, `repository ${repository}`, place);
      const bytes = await readBounded(
        shortBodyOf(answer, this.#idleTimeoutMs, place),
        tagPageLimitBytes,
        'tags',
        place,
      );
      tags.push(...parseTags(bytes, place));
      if (tags.length > tagLimit) {
        throw new SealiftError('INPUT_TOO_LARGE', {
          values: { what: 'the list of tags', limitBytes: tagLimit },
          place,
        });
      }
      url = nextPage(answer, url);
    }
    return tags;
  }

  /**
   * Has the registry take a blob over from another of its repositories, without sending it.
   *
   * @returns false when the registry can't or won't; the blob has to be sent then
   */
  async mountBlob(repository: string, digest: Digest, from: string): Promise<boolean> {
    const url = this.#url(repository, 'blobs', 'uploads/');
    url.searchParams.set('mount', digest);
    url.searchParams.set('from', checkedRepository(from));
    const answer = await this.#call({ method: 'POST', url, scope: mountScope(repository, from) });
    const status = answer.statusCode ?? 0;
    if ([201, 202, 400, 404, 405].includes(status)) discard(answer);
    if (status === 201) return true;
    if (status === 400 || status === 404 || status === 405) return false;
    if (status === 202) {
      await this.uploads.cancel({ repository, url: this.#location(answer, url), offset: 0, minChunkBytes: 0 });
      return false;
    }
    throw await refusal(answer, `repository ${repository}`, placeOf(url));
  }

  /**
   * Sends a blob in one piece (OCI distribution-spec, "POST then PUT"). `open` is called anew when the login has to be
   * renewed on the way.
   *
   * @throws REGISTRY_UNAUTHORIZED, REGISTRY_DENIED, REGISTRY_FAILED, …, or what the content's own stream failed with
   */
  async pushBlob(repository: string, digest: Digest, size: number, open: () => Promise<Readable>): Promise<void> {
    await this.uploads.finish(await this.uploads.start(repository), digest, { size, open });
  }

  /** A repository of this registry as a place to read content from. */
  source(repository: string): ContentSource {
    return {
      size: (digest) => this.blobSize(repository, digest),
      open: (digest, range) => this.openBlob(repository, digest, range),
    };
  }

  async #putManifest(
    repository: string,
    reference: string,
    mediaType: string,
    bytes: Uint8Array,
  ): Promise<IncomingMessage> {
    const url = this.#url(repository, 'manifests', checkedReference(reference));
    const answer = await this.#call({
      method: 'PUT',
      url,
      scope: pushScope(repository),
      headers: { 'content-type': mediaType },
      body: { size: bytes.byteLength, open: () => Promise.resolve(Readable.from([bytes], { objectMode: false })) },
    });
    if (answer.statusCode !== 201) throw await refusal(answer, `repository ${repository}`, placeOf(url));
    discard(answer);
    return answer;
  }

  #url(repository: string, kind: 'blobs' | 'manifests' | 'tags' | 'referrers', rest: string): URL {
    return new URL(`/v2/${checkedRepository(repository)}/${kind}/${rest}`, this.#origin);
  }

  #location(answer: IncomingMessage, base: URL): URL {
    const { location } = answer.headers;
    if (location === undefined || !URL.canParse(location, base.href)) {
      throw invalidAnswer('no Location', placeOf(base));
    }
    const url = new URL(location, base);
    // A registry behind a TLS-terminating proxy may not know that it is reached by HTTPS.
    if (base.protocol === 'https:' && url.protocol === 'http:' && url.hostname === base.hostname) {
      url.protocol = 'https:';
      if (url.port === '80' || url.port === '') url.port = base.port;
    }
    if (base.protocol === 'https:' && url.protocol !== 'https:') {
      throw invalidAnswer(`it leads from HTTPS to ${url.protocol}//${url.host}`, placeOf(base));
    }
    return allowed(url);
  }

  async #call(call: Call): Promise<IncomingMessage> {
    let url = call.url;
    for (let hops = 0; ; hops += 1) {
      const answer = await this.#authorized({ ...call, url });
      const status = answer.statusCode ?? 0;
      const redirected =
        [301, 302, 303, 307, 308].includes(status) && (call.method === 'GET' || call.method === 'HEAD');
      if (!redirected) return answer;
      discard(answer);
      if (hops === redirectLimit) {
        throw invalidAnswer(`more than ${redirectLimit} redirects`, placeOf(call.url));
      }
      url = this.#location(answer, url);
    }
  }

  /** Sends with the login, where the host is the registry's own; renews it once when it has ended meanwhile. */
  async #authorized(call: Call): Promise<IncomingMessage> {
    if (call.url.origin !== this.#origin.origin) return await this.#send(call);
    const before = await this.#authenticator.header(call.scope);
    const first = await this.#send(before === undefined ? call : withHeader(call, before.reveal()));
    if (first.statusCode !== 401) return first;
    const place = placeOf(call.url);
    discard(first);
    const header = await this.#authenticator.answer(first, call.scope, place);
    const second = await this.#send(withHeader(call, header.reveal()));
    if (second.statusCode === 401) throw await refusal(second, '', place);
    return second;
  }

  async #send(exchange: Pick<Exchange, 'method' | 'url' | 'headers' | 'body'>): Promise<IncomingMessage> {
    const { method, url, headers, body } = exchange;
    return await send(this.#agents, {
      method,
      url,
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
      idleTimeoutMs: this.#idleTimeoutMs,
      answerTimeoutMs: defaultAnswerTimeoutMs,
      cancel: this.#cancel,
    });
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

function withHeader(call: Call, authorization: string): Call {
  return { ...call, headers: { ...call.headers, authorization } };
}
