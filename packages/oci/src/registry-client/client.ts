import type { Readable } from 'node:stream';
import { Agents } from '@sealift/io/http/agents';
import { discard } from '@sealift/io/http/body';
import { trustedCertificates } from '@sealift/io/http/certificates';
import type { Environment } from '@sealift/io/http/environment';
import type { ByteRange, ContentSource } from '../content.ts';
import type { Credential } from '../credential.ts';
import { type Descriptor, indexSchema } from '../descriptor.ts';
import { type Digest, digestOf } from '../digest.ts';
import { invalidAnswer, parseRepositories, parseTags, sizeOf } from './answers.ts';
import { Authenticator } from './authenticator.ts';
import { headBlob, mountBlob, openBlob } from './blobs.ts';
import { type CallOptions, type Connection, expectStatus, RegistryCalls, type RegistryRetry } from './calls.ts';
import { type FetchedManifest, getManifest, headManifest, putManifest, removeManifest } from './manifests.ts';
import { catalogScope, pullScope } from './names.ts';
import { placeOf, registryOrigin } from './origin.ts';
import { type ListPage, type PagedList, readPage, readPages } from './pages.ts';
import type { RegistryRetryOptions } from './retry.ts';
import { UploadSessions } from './upload-sessions.ts';

export { type FetchedManifest, manifestLimitBytes } from './manifests.ts';
export type { RegistryRetry };

const tagLimit = 200_000;
const repositoryLimit = 50_000;
/** Far more than anything is signed or described by. */
const referrersLimit = 10_000;
const defaultIdleTimeoutMs = 60_000;

export type { ListPage } from './pages.ts';

export interface RegistryClientOptions {
  /** `host` or `host:port`. */
  readonly registry: string;
  /** Speak HTTP without TLS; only to this machine itself. */
  readonly plainHttp?: boolean;
  readonly credential?: Credential | undefined;
  readonly cancel?: AbortSignal | undefined;
  /** How long nothing may move, in milliseconds. */
  readonly idleTimeoutMs?: number;
  /** Between the attempts at what failed for a reason that passes, in milliseconds. */
  readonly retryDelaysMs?: readonly number[];
  /** Connections to the registry at a time. */
  readonly connections?: number;
  /** Proxy and CA variables; the process's own when absent. */
  readonly env?: Environment;
  /** Told of each call that is about to be tried again. */
  readonly onRetry?: ((retry: RegistryRetry) => void) | undefined;
  /** CAs that its certificate may be signed by beside those that this machine trusts, PEM. */
  readonly ca?: string | undefined;
  /** Origins beside its own that it may lead to: its token service, where it keeps content. Any other is refused; without this none is. */
  readonly allowedOrigins?: readonly string[] | undefined;
}

/** What reading content by digest takes; a registry, or several behind one face. */
export type ContentReader = Pick<RegistryClient, 'getManifest' | 'headManifest' | 'openBlob'>;

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
  readonly #calls: RegistryCalls;

  /** @throws REFERENCE_INVALID, REGISTRY_PLAIN_HTTP_REFUSED, FILE_UNREADABLE (`SSL_CERT_FILE`) */
  constructor(options: RegistryClientOptions | RegistryCalls) {
    this.#calls = options instanceof RegistryCalls ? options : callsOf(options);
    this.registry = options instanceof RegistryCalls ? options.connection.registry : options.registry;
    this.uploads = new UploadSessions(this.#calls);
  }

  /** The same registry over the same connections and logins, called in another way; closing either closes both. */
  with(options: Partial<CallOptions>): RegistryClient {
    const { connection, options: own } = this.#calls;
    return new RegistryClient(new RegistryCalls(connection, { ...own, ...options }));
  }

  /** How work of several calls is to be tried again, so that it is like one call. @param what it is, for who is told of it */
  retriesOf(what: string): Omit<RegistryRetryOptions, 'position'> {
    const { connection, options } = this.#calls;
    const { cancel, onRetry, retryDelaysMs: delaysMs } = options;
    return {
      delaysMs,
      hasAnswered: () => connection.hasAnswered,
      cancel,
      onRetry: (attempt, delayMs, error) => onRetry?.({ what, attempt, delayMs, error }),
    };
  }

  /** Whether the registry has asked for a login since the client was made; one that was not asked for was not looked at. */
  get wasAskedForLogin(): boolean {
    return this.#calls.connection.authenticator.wasAsked;
  }

  /** Whether it is spoken to over TLS. */
  get isEncrypted(): boolean {
    return this.#calls.connection.origin.protocol === 'https:';
  }

  /** Closes every connection. */
  close(): void {
    this.#calls.connection.agents.close();
  }

  /** Checks that this is a registry and that the login is good (OCI distribution-spec, end-1). */
  async ping(): Promise<void> {
    const url = new URL('/v2/', this.#calls.connection.origin);
    const answer = await this.#calls.call({ method: 'GET', url, scope: '' });
    await expectStatus(answer, [200], 'OCI distribution API', url);
    discard(answer);
  }

  /** The blob's size in bytes, or undefined when the repository does not hold it. @throws REGISTRY_ANSWER_INVALID when none is told */
  async blobSize(repository: string, digest: Digest): Promise<number | undefined> {
    const answer = await headBlob(this.#calls, repository, digest);
    return answer === undefined ? undefined : sizeOf(answer, placeOf(this.#calls.url(repository, 'blobs', digest)));
  }

  /** Whether the repository holds the blob, and as far as its size is told, all of it. */
  async hasBlob(repository: string, digest: Digest, size?: number): Promise<boolean> {
    const answer = await headBlob(this.#calls, repository, digest);
    const told = answer?.headers['content-length'];
    return answer !== undefined && (size === undefined || told === undefined || Number(told) === size);
  }

  /**
   * A blob's bytes; a whole one is checked while it streams. A range is `start` inclusive, `end` exclusive.
   *
   * @throws REGISTRY_NOT_FOUND; as the stream's error CONTENT_SHORT, CONTENT_LONG, CONTENT_DIGEST_MISMATCH, REGISTRY_UNREACHABLE
   */
  async openBlob(repository: string, digest: Digest, range?: ByteRange): Promise<Readable> {
    return await openBlob(this.#calls, repository, digest, range);
  }

  /**
   * A manifest by digest or tag, at most 4 MiB.
   *
   * @throws REGISTRY_NOT_FOUND, INPUT_TOO_LARGE, CONTENT_DIGEST_MISMATCH, REGISTRY_ANSWER_INVALID
   */
  async getManifest(repository: string, reference: string): Promise<FetchedManifest> {
    return await getManifest(this.#calls, repository, reference);
  }

  /** Which manifest a tag or digest stands for, without its bytes; undefined when there is none. */
  async headManifest(repository: string, reference: string): Promise<Omit<FetchedManifest, 'bytes'> | undefined> {
    return await headManifest(this.#calls, repository, reference);
  }

  /** Puts a manifest under a tag or its digest; everything it names has to be there. */
  async putManifest(repository: string, reference: string, mediaType: string, bytes: Uint8Array): Promise<Digest> {
    await putManifest(this.#calls, repository, reference, mediaType, bytes);
    return digestOf(bytes);
  }

  /**
   * Puts a manifest that has a `subject`, by its digest.
   *
   * @returns whether the registry lists it by itself; else it has to be listed under a tag (OCI distribution-spec 1.1, "Pushing
   * Manifests with Subject")
   */
  async putReferrer(repository: string, mediaType: string, bytes: Uint8Array): Promise<boolean> {
    const answer = await putManifest(this.#calls, repository, digestOf(bytes), mediaType, bytes);
    return answer.headers['oci-subject'] !== undefined;
  }

  /**
   * What refers to a manifest (OCI distribution-spec 1.1, end-12a), or undefined when the registry has no referrers API.
   *
   * @throws REGISTRY_ANSWER_INVALID; REGISTRY_LIST_TOO_LONG beyond 10,000
   */
  async listReferrers(repository: string, subject: Digest): Promise<readonly Descriptor[] | undefined> {
    return await readPages(this.#calls, {
      url: this.#calls.url(repository, 'referrers', subject),
      scope: pullScope(repository),
      what: `referrers of ${subject}`,
      limit: referrersLimit,
      absent: [400, 404, 405],
      parse: parseReferrers,
    });
  }

  /**
   * All tags of a repository, page by page, in the registry's order.
   *
   * @throws REGISTRY_NOT_FOUND when there is no such repository; REGISTRY_LIST_TOO_LONG beyond 200,000 tags
   */
  async listTags(repository: string): Promise<string[]> {
    return (await readPages(this.#calls, this.#tagsOf(repository))) ?? [];
  }

  /**
   * The tags of a repository behind one of them, of a registry that lists them in code unit order (OCI distribution-spec, end-8b).
   *
   * @throws as {@link listTags}
   */
  async pageOfTags(repository: string, part: PartOfList): Promise<ListPage<string>> {
    const list = this.#tagsOf(repository, part);
    return (await readPage(this.#calls, list)) ?? { items: [], goesOn: false };
  }

  #tagsOf(repository: string, part?: PartOfList): PagedList<string> {
    const url = withPart(this.#calls.url(repository, 'tags', 'list'), part);
    const what = `repository ${repository}`;
    return { url, scope: pullScope(repository), what, limit: tagLimit, parse: parseTags };
  }

  /**
   * All repositories, page by page, in the registry's order (distribution's "Catalog", not of the OCI specification).
   *
   * @returns undefined where the registry has no such list
   * @throws REGISTRY_UNAUTHORIZED, REGISTRY_DENIED where this login may not see it; REGISTRY_LIST_TOO_LONG beyond 50,000
   */
  async listRepositories(): Promise<string[] | undefined> {
    return await readPages(this.#calls, this.#repositories());
  }

  /** The repositories behind one of them, of a registry that lists them in code unit order. @returns, @throws as {@link listRepositories} */
  async pageOfRepositories(part: PartOfList): Promise<ListPage<string> | undefined> {
    return await readPage(this.#calls, this.#repositories(part));
  }

  #repositories(part?: PartOfList): PagedList<string> {
    const url = withPart(new URL('/v2/_catalog', this.#calls.connection.origin), part);
    const absent = [404, 405, 501];
    return { url, scope: catalogScope, what: 'repositories', limit: repositoryLimit, absent, parse: parseRepositories };
  }

  /**
   * Removes a manifest with its tags (OCI distribution-spec, end-9); one that is not there is removed.
   *
   * @throws REGISTRY_REFUSED, REGISTRY_DENIED, REGISTRY_UNAUTHORIZED where the registry or the login does not let it
   */
  async removeManifest(repository: string, digest: Digest): Promise<void> {
    await removeManifest(this.#calls, repository, digest);
  }

  /**
   * Has the registry take a blob over from another of its repositories, without sending it.
   *
   * @returns false when the registry can't or won't, for whatever reason; the blob has to be sent then
   */
  async mountBlob(repository: string, digest: Digest, from: string): Promise<boolean> {
    const outcome = await mountBlob(this.#calls, repository, digest, from);
    if (outcome instanceof URL) {
      await this.uploads.cancel({ repository, url: outcome, offset: 0, minChunkBytes: 0 });
    }
    return outcome === 'mounted';
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
}

/** What is asked for of a list. */
export interface PartOfList {
  /** The name before it; the empty text for the first one. */
  readonly after: string;
  readonly length: number;
}

function withPart(url: URL, { after, length }: PartOfList = { after: '', length: 1000 }): URL {
  url.searchParams.set('n', `${length}`);
  if (after !== '') url.searchParams.set('last', after);
  return url;
}

function callsOf(options: RegistryClientOptions): RegistryCalls {
  const { registry, plainHttp = false, credential, cancel, connections = 16, retryDelaysMs, onRetry } = options;
  const { idleTimeoutMs = defaultIdleTimeoutMs, env = process.env, ca, allowedOrigins } = options;
  const origin = registryOrigin(registry, plainHttp);
  const connection: Connection = {
    registry,
    origin,
    agents: new Agents(env, {
      connections,
      keepAlive: true,
      ...(ca === undefined ? {} : { tls: { ca: [...trustedCertificates(env), ca] } }),
    }),
    allowedOrigins: allowedOrigins && new Set([origin.origin, ...allowedOrigins]),
    authenticator: new Authenticator(origin, credential),
    hasAnswered: false,
    withoutHead: false,
    withoutLeave: false,
  };
  return new RegistryCalls(connection, { cancel, idleTimeoutMs, retryDelaysMs, onRetry });
}

function parseReferrers(bytes: Buffer, place: string): readonly Descriptor[] {
  try {
    return indexSchema.parse(JSON.parse(bytes.toString('utf8'))).manifests;
  } catch (error) {
    throw invalidAnswer('the list of referrers is not an image index', place, error);
  }
}
