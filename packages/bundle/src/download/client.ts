import type { IncomingMessage } from 'node:http';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { Agents } from '@sealift/io/http/agents';
import { BodyTooLarge, bodyOf, discard, readBody } from '@sealift/io/http/body';
import { readCertificates, trustedCertificates } from '@sealift/io/http/certificates';
import { basicAuthorization, demandProtected, type DownloadLogin, loginRefusal } from '@sealift/io/http/download-login';
import type { Environment } from '@sealift/io/http/environment';
import { exchange } from '@sealift/io/http/exchange';
import { ConnectionFailure, failureOf } from '@sealift/io/http/failure';
import type { Retry, RetryRules } from '@sealift/io/retry';
import { withRetry } from '@sealift/io/retry';

export interface DownloadClientOptions {
  /** Proxy and CA variables. */
  readonly env: Environment;
  /** PEM file of CA certificates, trusted beside those of the machine. */
  readonly caFile?: string | undefined;
  /** Goes to the origin of `home` alone. */
  readonly login?: DownloadLogin | undefined;
  /** What the person named. */
  readonly home: URL;
  readonly cancel?: AbortSignal | undefined;
  readonly onRetry?: (retry: Retry) => void;
  /** Waits before further attempts, in milliseconds; their number is how often in a row nothing at all may come. */
  readonly retryDelaysMs?: readonly number[];
  readonly idleTimeoutMs?: number;
}

const redirectLimit = 5;
const defaultDelaysMs = [500, 1000, 2000, 5000, 10_000, 30_000] as const;
const defaultIdleTimeoutMs = 60_000;
/** As fast as a telephone line. */
const slowestBytesPerMs = 1;
/** A server that asks for a longer pause is asked again after this. */
const longestAskedMs = 60_000;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const busy: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Reads files from one server, and from where that leads on to. Close it: it keeps connections. */
export class DownloadClient implements Disposable {
  readonly #options: DownloadClientOptions;
  readonly #agents: Agents;

  /** @throws FILE_NOT_FOUND, FILE_UNREADABLE for certificates, DOWNLOAD_LOGIN_EXPOSED */
  constructor(options: DownloadClientOptions) {
    const { env, caFile, home, login } = options;
    if (login !== undefined) demandProtected(login, home);
    const own = caFile === undefined ? [] : [readCertificates(caFile, '--ca-file')];
    this.#options = options;
    this.#agents = new Agents(env, { keepAlive: true, tls: { ca: [...trustedCertificates(env), ...own] } });
  }

  [Symbol.dispose](): void {
    this.#agents.close();
  }

  /**
   * Asks for a file, or with a `range` header for a part of it. The caller reads or destroys the answer.
   *
   * @returns an answer with status 200 or 206
   * @throws DOWNLOAD_FAILED where it may pass, DOWNLOAD_REFUSED, DOWNLOAD_NOT_FOUND, DOWNLOAD_CHANGED when the range is not in the file, DOWNLOAD_LOGIN_*, CANCELLED
   */
  async open(url: URL, headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
    const answer = await this.#follow(url, { 'accept-encoding': 'identity', ...headers }, url, 0);
    const status = answer.statusCode ?? 0;
    const encoding = answer.headers['content-encoding'] ?? 'identity';
    if ((status === 200 || (status === 206 && headers['range'] !== undefined)) && encoding === 'identity') {
      return answer;
    }
    discard(answer);
    throw this.#refusal(url, status, answer);
  }

  /**
   * The bytes of an answer. One that drips is never silent: it is given up where it is slower than a line may be, and gone on with by another.
   *
   * @param lengthBytes how many are expected, where that is known
   * @throws DOWNLOAD_FAILED, CANCELLED
   */
  async *bytesOf(
    answer: IncomingMessage,
    place: string,
    lengthBytes?: number,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { cancel, idleTimeoutMs = defaultIdleTimeoutMs } = this.#options;
    const deadlineMs = lengthBytes === undefined ? undefined : 2 * idleTimeoutMs + lengthBytes / slowestBytesPerMs;
    try {
      yield* bodyOf(answer, { idleTimeoutMs, deadlineMs, cancel });
    } catch (error) {
      throw asDownload(error, place);
    }
  }

  /** A small file, asked for again where that may help. @throws as `open`; DOWNLOAD_REFUSED when it is larger */
  async read(url: URL, limitBytes: number): Promise<Buffer> {
    const place = placeOf(url);
    const { cancel, idleTimeoutMs = defaultIdleTimeoutMs } = this.#options;
    return await withRetry(async () => {
      const answer = await this.open(url, { 'cache-control': 'no-cache' });
      try {
        return await readBody(answer, limitBytes, { idleTimeoutMs, deadlineMs: 10 * idleTimeoutMs, cancel });
      } catch (error) {
        throw asDownload(error, place);
      }
    }, this.retryRules(url));
  }

  /** When work with this server is tried again. @param position how far it is, in bytes */
  retryRules(url: URL, position?: () => number): RetryRules {
    const { cancel, onRetry, retryDelaysMs = defaultDelaysMs } = this.#options;
    const what = placeOf(url);
    return {
      passes: (error) => isSealiftError(error, 'DOWNLOAD_FAILED'),
      delaysMs: retryDelaysMs,
      jitter: true,
      askedMs: (error) => (isSealiftError(error) && error.cause instanceof Busy ? error.cause.askedMs : undefined),
      cancel,
      cancelled: () => new SealiftError('CANCELLED', { place: what }),
      onRetry: (attempt, delayMs, error) => onRetry?.({ what, attempt, delayMs, error }),
      ...(position === undefined ? {} : { position }),
    };
  }

  async #follow(
    url: URL,
    headers: Readonly<Record<string, string>>,
    asked: URL,
    hops: number,
  ): Promise<IncomingMessage> {
    const { cancel, idleTimeoutMs = defaultIdleTimeoutMs, login, home } = this.#options;
    const place = placeOf(asked);
    // A login is for the server that the person named, wherever that sends its readers to.
    const authorization =
      login !== undefined && url.origin === home.origin ? { authorization: basicAuthorization(login) } : {};
    const answer = await exchange(this.#agents, {
      method: 'GET',
      url,
      headers: { ...headers, ...authorization },
      idleTimeoutMs,
      deadlineMs: 2 * idleTimeoutMs,
      repeatable: true,
      cancel,
    }).catch((error: unknown) => {
      throw asDownload(error, place);
    });
    // What another server wants that it led on to, no login of this one helps.
    if (answer.statusCode === 401 && url.origin === home.origin) {
      discard(answer);
      throw loginRefusal(login, place);
    }
    const { location } = answer.headers;
    if (!redirects.has(answer.statusCode ?? 0) || location === undefined) return answer;
    discard(answer);
    if (hops === redirectLimit) throw refused(place, `more than ${redirectLimit} redirects`);
    if (!URL.canParse(location, url.href)) throw refused(place, 'it is redirected to something that is no URL');
    const next = new URL(location, url);
    const isAllowed = next.protocol === 'https:' || (next.protocol === 'http:' && url.protocol === 'http:');
    if (!isAllowed) throw refused(place, `it is redirected from ${url.protocol}// to ${next.protocol}//${next.host}`);
    if (next.username !== '' || next.password !== '') throw refused(place, 'it is redirected with a login in the URL');
    return await this.#follow(next, headers, asked, hops + 1);
  }

  #refusal(url: URL, status: number, { headers }: IncomingMessage): SealiftError {
    const place = placeOf(url);
    if (status === 200 || status === 206) {
      const encoding = String(headers['content-encoding']).slice(0, 50);
      return refused(place, status === 206 ? 'it answers with a part of it' : `it comes encoded as ${encoding}`);
    }
    if (busy.has(status)) return failed(place, `HTTP status ${status}`, new Busy(askedMsOf(headers['retry-after'])));
    if (status === 404 || status === 410) {
      return new SealiftError('DOWNLOAD_NOT_FOUND', { values: { url: place }, place });
    }
    if (status === 416) return new SealiftError('DOWNLOAD_CHANGED', { place });
    return refused(place, `HTTP status ${status}`);
  }
}

/** A server that is busy, and how long it asked to be left alone. */
class Busy extends Error {
  readonly askedMs: number | undefined;

  constructor(askedMs: number | undefined) {
    super('the server is busy');
    this.askedMs = askedMs;
  }
}

/** In seconds or as a date (RFC 9110, section 10.2.3). */
function askedMsOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d{1,6}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, Math.min(ms, longestAskedMs)) : undefined;
}

/** A URL for messages: without query, fragment and login, which may hold secrets. */
export function placeOf(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** What may pass by itself. */
export function failed(place: string, reason: string, cause?: unknown): SealiftError {
  return new SealiftError('DOWNLOAD_FAILED', {
    values: { reason },
    place,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What asking again does not help against. */
export function refused(place: string, reason: string): SealiftError {
  return new SealiftError('DOWNLOAD_REFUSED', { values: { reason }, place });
}

function asDownload(error: unknown, place: string): Error {
  if (error instanceof SealiftError) return error;
  if (error instanceof BodyTooLarge) return refused(place, error.message);
  const failure: ConnectionFailure = failureOf(error);
  if (failure.kind === 'cancelled') return new SealiftError('CANCELLED', { place, cause: failure });
  const hint = failure.remedy ?? (failure.aboutCertificate ? untrustedHint : undefined);
  return new SealiftError(passing.has(failure.kind) ? 'DOWNLOAD_FAILED' : 'DOWNLOAD_REFUSED', {
    values: {
      reason: failure.aboutCertificate ? `its certificate is not accepted: ${failure.message}` : failure.message,
    },
    place,
    ...(hint === undefined ? {} : { hint }),
    cause: failure,
  });
}

const untrustedHint =
  'Give the CA that signed it with --ca-file or in SSL_CERT_FILE; verification is never turned off.';
const passing: ReadonlySet<string> = new Set(['unreachable', 'refused', 'proxy', 'cut', 'silent', 'deadline', 'other']);
