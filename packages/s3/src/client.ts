import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { Agents } from '@sealift/io/http/agents';
import { BodyTooLarge, readBody, readRefusal } from '@sealift/io/http/body';
import { trustedCertificates } from '@sealift/io/http/certificates';
import type { Environment } from '@sealift/io/http/environment';
import { exchange } from '@sealift/io/http/exchange';
import { ConnectionFailure, endedBy } from '@sealift/io/http/failure';
import { withRetry } from '@sealift/io/retry';
import { AwsV4Signer } from 'aws4fetch';
import { type Asked, refusalOf } from './answer.ts';
import { checkSettings, type S3Settings, urlOf } from './settings.ts';

/** One request to a store. */
export interface S3Request extends Pick<Asked, 'doing'> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** With the prefix; empty for the bucket. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly cancel?: AbortSignal | undefined;
}

/** A good answer with its whole body. */
export interface S3Answer {
  readonly answer: IncomingMessage;
  readonly bytes: Buffer;
}

export interface S3Options {
  readonly env?: Environment;
  /** What time it is, for signatures. */
  readonly now?: () => Date;
  /** Before each further attempt after a cut line or a busy store, in milliseconds. */
  readonly delaysMs?: readonly number[];
}

/** How long nothing may move. */
export const idleTimeoutMs = 30_000;
/** A store may put many parts together before it answers. */
const answerTimeoutMs = 300_000;
const documentLimitBytes = 4 * 1024 * 1024;

/** Signed requests (AWS Signature Version 4) to one bucket. Each has a connection of its own, so that nothing is left open. */
export class S3Client {
  readonly settings: S3Settings;
  readonly #agents: Agents;
  readonly #now: () => Date;
  readonly #delaysMs: readonly number[];

  /** @throws S3_SETTINGS_INVALID, FILE_… where SSL_CERT_FILE cannot be read */
  constructor(settings: S3Settings, { env = process.env, now = () => new Date(), delaysMs }: S3Options = {}) {
    checkSettings(settings);
    this.settings = settings;
    const ca = [...trustedCertificates(env), ...(settings.ca === null ? [] : [settings.ca])];
    this.#agents = new Agents(env, { keepAlive: false, tls: { ca } });
    this.#now = now;
    this.#delaysMs = delaysMs ?? [500, 2000, 8000];
  }

  /** Sends a request that may be sent again, and reads its answer, a short document. @throws S3_…, CANCELLED */
  async call(request: S3Request): Promise<S3Answer> {
    return await this.retry(request.cancel, () => this.callOnce(request));
  }

  /** Sends a request once and reads its answer, a short document. @throws S3_…, CANCELLED */
  async callOnce(request: S3Request): Promise<S3Answer> {
    const answer = await this.send(request);
    try {
      return { answer, bytes: await readBody(answer, documentLimitBytes, { idleTimeoutMs, cancel: request.cancel }) };
    } catch (error) {
      throw this.failed(error);
    }
  }

  /**
   * Sends a request once, and returns when the header of a good answer is there; the caller reads its body.
   *
   * @throws S3_…, CANCELLED
   */
  async send({ method, key, query, headers = {}, body, doing, cancel }: S3Request): Promise<IncomingMessage> {
    const sentAt = this.#now();
    try {
      const signed = await this.#sign(method, urlOf(this.settings, key, query), headers, body, sentAt);
      const answer = await exchange(this.#agents, {
        ...signed,
        method,
        ...(body === undefined ? {} : { body }),
        idleTimeoutMs,
        answerTimeoutMs,
        repeatable: false,
        cancel,
      });
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) return answer;
      throw refusalOf(this.settings, { doing, key, sentAt }, answer, await readRefusal(answer));
    } catch (error) {
      throw this.failed(error);
    }
  }

  /** Does work again that a cut line or a busy store ended. */
  async retry<Result>(cancel: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
    // A pause that a deadline ends is no wish of anybody.
    const cancelled = (cause: unknown): Error => this.failed(cancel === undefined ? cause : endedBy(cancel, cause));
    return await withRetry(work, { passes: mayPass, delaysMs: this.#delaysMs, jitter: true, cancel, cancelled });
  }

  /** A failure of the line as an error of the catalogue; any other one as it is. */
  failed(error: unknown): Error {
    const { endpoint } = this.settings;
    if (error instanceof BodyTooLarge) {
      return new SealiftError('S3_ANSWER_INVALID', { values: { endpoint, reason: error.message }, cause: error });
    }
    if (!(error instanceof ConnectionFailure)) return error instanceof Error ? error : new Error(String(error));
    if (error.kind === 'cancelled') return new SealiftError('CANCELLED', { place: endpoint, cause: error });
    return new SealiftError(error.aboutCertificate ? 'S3_CERTIFICATE_UNTRUSTED' : 'S3_UNREACHABLE', {
      values: { endpoint, reason: error.message },
      ...(error.remedy === undefined ? {} : { hint: error.remedy }),
      cause: error,
    });
  }

  async #sign(
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array | undefined,
    at: Date,
  ): Promise<{ readonly url: URL; readonly headers: Record<string, string> }> {
    const { accessKey, secretKey, region } = this.settings;
    const sha256 = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const signed = await new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...headers, 'x-amz-content-sha256': sha256 },
      accessKeyId: accessKey,
      secretAccessKey: secretKey.reveal(),
      service: 's3',
      region,
      datetime: at.toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
    }).sign();
    return { url: signed.url, headers: Object.fromEntries(signed.headers) };
  }
}

/** Whether a failure may pass by itself. */
export function mayPass(error: unknown): boolean {
  if (isSealiftError(error, 'S3_BUSY')) return true;
  const failure = isSealiftError(error, 'S3_UNREACHABLE') ? error.cause : undefined;
  return failure instanceof ConnectionFailure && passing.has(failure.kind);
}

const passing: ReadonlySet<string> = new Set(['cut', 'silent', 'refused']);
