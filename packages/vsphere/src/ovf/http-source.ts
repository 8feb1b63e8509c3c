import type { IncomingMessage } from 'node:http';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { Agents } from '@sealift/io/http/agents';
import { discard } from '@sealift/io/http/body';
import { basicAuthorization, demandProtected, type DownloadLogin, loginRefusal } from '@sealift/io/http/download-login';
import type { Environment } from '@sealift/io/http/environment';
import { ConnectionFailure } from '@sealift/io/http/failure';
import { Attempts, type Retry } from '@sealift/io/retry';
import { bodyOf, exchange, placeOf } from '../connection/exchange.ts';
import { agentsFor, establishTrust } from '../connection/trust.ts';
import type { ByteSource } from './byte-source.ts';

export interface HttpSourceOptions {
  readonly env: Environment;
  /** PEM file of CA certificates, trusted beside those of the system. */
  readonly caFile?: string | undefined;
  /** Goes to the server of the address alone, wherever that leads on to. */
  readonly login?: DownloadLogin | undefined;
  readonly cancel?: AbortSignal | undefined;
  /** Waits between attempts after a cut, in milliseconds; their number is how often nothing at all may arrive. */
  readonly retryDelaysMs?: readonly number[];
  readonly idleTimeoutMs?: number;
  /** Told of each attempt that follows a cut. */
  readonly onRetry?: (retry: Retry) => void;
}

const untrustedHint =
  'Give the CA that signed it with --ca-file or in SSL_CERT_FILE; verification is never turned off.';
const redirectLimit = 5;
const defaultDelaysMs = [500, 1000, 2000, 5000, 10_000] as const;
const defaultIdleTimeoutMs = 60_000;

/** Where a download is and what makes sure that it stays the same one. */
interface Version {
  readonly sizeBytes: number | undefined;
  /** Strong `ETag`, else `Last-Modified` (RFC 9110, section 13.1.5). */
  readonly validator: string | undefined;
}

/**
 * A file behind an http or https URL. A line that is cut is taken up where it ended (RFC 9110, section 14, `Range` with
 * `If-Range`); from a server without ranges what came already is read past.
 *
 * @throws DOWNLOAD_FAILED, DOWNLOAD_REFUSED, DOWNLOAD_LOGIN_*, CANCELLED; while reading also DOWNLOAD_CHANGED
 */
export async function httpSource(address: URL, options: HttpSourceOptions): Promise<ByteSource> {
  const { env, caFile, login } = options;
  if (login !== undefined) demandProtected(login, address);
  const agents = agentsFor(await establishTrust(address, { caFile }, env), env, pool);
  const download = new Download(address, options, agents);
  try {
    await download.begin();
  } catch (error) {
    await download.close();
    throw error;
  }
  return download;
}

const pool = { keepAlive: true, connections: 4 };

class Download implements ByteSource {
  readonly place: string;
  readonly fileName: string;
  readonly #options: HttpSourceOptions;
  readonly #agents: Agents;
  readonly #address: URL;
  #version: Version | undefined;
  /** The first answer, kept for the first reader. */
  #first: IncomingMessage | undefined;

  constructor(address: URL, options: HttpSourceOptions, agents: Agents) {
    this.place = placeOf(address);
    this.fileName = lastSegment(address);
    this.#address = address;
    this.#options = options;
    this.#agents = agents;
  }

  get sizeBytes(): number | undefined {
    return this.#version?.sizeBytes;
  }

  async begin(): Promise<void> {
    this.#first = await this.#request(0);
  }

  async *open(start: number): AsyncGenerator<Uint8Array, void, undefined> {
    let position = start;
    const attempts = new Attempts({
      passes: (error) => isSealiftError(error, 'DOWNLOAD_FAILED'),
      delaysMs: this.#options.retryDelaysMs ?? defaultDelaysMs,
      position: () => position,
      cancel: this.#options.cancel,
      cancelled: () => new SealiftError('CANCELLED', { place: this.place }),
      onRetry: (attempt, delayMs, error) => this.#options.onRetry?.({ what: this.place, attempt, delayMs, error }),
    });
    for (;;) {
      try {
        for await (const chunk of this.#from(position)) {
          position += chunk.byteLength;
          yield chunk;
        }
        const { sizeBytes } = this;
        if (sizeBytes === undefined || position >= sizeBytes) return;
        throw failed(this.place, `it ended after ${position} of ${sizeBytes} bytes`);
      } catch (error) {
        await attempts.pauseAfter(error);
      }
    }
  }

  async close(): Promise<void> {
    this.#first?.destroy();
    this.#agents.close();
    await Promise.resolve();
  }

  async *#from(start: number): AsyncGenerator<Uint8Array, void, undefined> {
    const kept = start === 0 ? this.#first : undefined;
    if (kept === undefined) this.#first?.destroy();
    this.#first = undefined;
    const answer = kept ?? (await this.#request(start));
    const { cancel, idleTimeoutMs = defaultIdleTimeoutMs } = this.#options;
    // Without ranges the whole comes again.
    let skip = answer.statusCode === 206 ? 0 : start;
    const chunks = bodyOf(answer, { limitBytes: Number.MAX_SAFE_INTEGER, idleTimeoutMs, place: this.place, cancel });
    try {
      for await (const chunk of chunks) {
        const rest = chunk.subarray(skip);
        skip = Math.max(0, skip - chunk.byteLength);
        if (rest.byteLength > 0) yield rest;
      }
    } catch (error) {
      throw asDownload(error, this.place);
    }
  }

  async #request(start: number): Promise<IncomingMessage> {
    const { validator } = this.#version ?? {};
    const headers = {
      'accept-encoding': 'identity',
      ...(start === 0 ? {} : { range: `bytes=${start}-` }),
      ...(start === 0 || validator === undefined ? {} : { 'if-range': validator }),
    };
    const answer = await this.#follow(this.#address, headers, 0);
    const status = answer.statusCode ?? 0;
    if (status !== 200 && !(status === 206 && start > 0)) {
      discard(answer);
      if (status >= 500 || status === 429 || status === 408) throw failed(this.place, `HTTP status ${status}`);
      throw new SealiftError('DOWNLOAD_REFUSED', { values: { reason: `HTTP status ${status}` }, place: this.place });
    }
    try {
      this.#version = sameVersion(this.#version, versionOf(answer, start, this.place), this.place);
    } catch (error) {
      answer.destroy();
      throw error;
    }
    return answer;
  }

  async #follow(url: URL, headers: Readonly<Record<string, string>>, hops: number): Promise<IncomingMessage> {
    const { cancel, idleTimeoutMs = defaultIdleTimeoutMs, login } = this.#options;
    const authorization =
      login !== undefined && url.origin === this.#address.origin ? { authorization: basicAuthorization(login) } : {};
    let answer: IncomingMessage;
    try {
      answer = await exchange(this.#agents, {
        method: 'GET',
        url,
        headers: { ...headers, ...authorization },
        idleTimeoutMs,
        repeatable: true,
        cancel,
      });
    } catch (error) {
      throw asDownload(error, this.place);
    }
    // What another server wants that it led on to, no login of this one helps.
    if (answer.statusCode === 401 && url.origin === this.#address.origin) {
      discard(answer);
      throw loginRefusal(login, this.place);
    }
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(answer.statusCode ?? 0) || location === undefined) return answer;
    discard(answer);
    const refuse = (reason: string): SealiftError =>
      new SealiftError('DOWNLOAD_REFUSED', { values: { reason }, place: this.place });
    if (hops === redirectLimit) throw refuse(`more than ${redirectLimit} redirects`);
    if (!URL.canParse(location, url.href)) throw refuse('it is redirected to something that is no URL');
    const next = new URL(location, url);
    const secure = next.protocol === 'https:' || (next.protocol === 'http:' && url.protocol === 'http:');
    if (!secure) throw refuse(`it is redirected from HTTPS to ${next.protocol}//${next.host}`);
    return await this.#follow(next, headers, hops + 1);
  }
}

function versionOf(answer: IncomingMessage, start: number, place: string): Version {
  const { etag, 'last-modified': modified } = answer.headers;
  const validator = etag !== undefined && !etag.startsWith('W/') ? etag : modified;
  if (answer.statusCode !== 206) {
    const length = answer.headers['content-length'] ?? '';
    return { sizeBytes: /^\d{1,15}$/.test(length) ? Number(length) : undefined, validator };
  }
  const range = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(answer.headers['content-range'] ?? '');
  if (range === null || Number(range[1]) !== start) {
    throw new SealiftError('DOWNLOAD_REFUSED', { values: { reason: 'it answers with another range' }, place });
  }
  return { sizeBytes: range[2] === '*' ? undefined : Number(range[2]), validator };
}

/** What comes after a cut has to belong to what came before. */
function sameVersion(before: Version | undefined, after: Version, place: string): Version {
  if (before === undefined) return after;
  const sameSize =
    after.sizeBytes === undefined || before.sizeBytes === undefined || after.sizeBytes === before.sizeBytes;
  if (!sameSize || after.validator !== before.validator) throw new SealiftError('DOWNLOAD_CHANGED', { place });
  return before;
}

function failed(place: string, reason: string, cause?: unknown): SealiftError {
  const details = { values: { reason }, place };
  return new SealiftError('DOWNLOAD_FAILED', cause === undefined ? details : { ...details, cause });
}

function asDownload(error: unknown, place: string): unknown {
  if (!(error instanceof SealiftError)) return error;
  const reason = error.cause instanceof Error ? error.cause.message : error.message;
  if (error.code === 'VSPHERE_UNREACHABLE') return failed(place, reason, error);
  if (error.code !== 'VSPHERE_CERTIFICATE_UNTRUSTED') return error;
  return new SealiftError('DOWNLOAD_REFUSED', {
    values: { reason: `its certificate is not trusted: ${reason}` },
    place,
    hint:
      error.cause instanceof ConnectionFailure && error.cause.remedy !== undefined ? error.cause.remedy : untrustedHint,
    cause: error,
  });
}

function lastSegment(address: URL): string {
  const segment = address.pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
