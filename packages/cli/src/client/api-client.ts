import type { IncomingMessage } from 'node:http';
import { problemSchema, SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { Agents } from '@sealift/io/http/agents';
import { BodyTooLarge, bodyOf, readBody, readRefusal } from '@sealift/io/http/body';
import type { Environment } from '@sealift/io/http/environment';
import { type Exchange, exchange } from '@sealift/io/http/exchange';
import { failureOf } from '@sealift/io/http/failure';
import type { z } from 'zod';
import { actOnce } from './act-once.ts';
import { ApiProblem } from './api-problem.ts';

export interface ApiClientOptions {
  /** Origin and path, without a slash at the end. */
  readonly url: string;
  /** An API token. Without it and without a cookie only signing in works. */
  readonly token?: Secret;
  /** The cookie of a session, as `openSession` gives it. */
  readonly cookie?: Secret;
  /** Proxy and CA variables. */
  readonly env: Environment;
  readonly cancel?: AbortSignal;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs?: number;
}

const maxAnswerBytes = 64 * 1024 * 1024;
const defaultTimeoutMs = 60_000;
/** Bad gateway, service unavailable, gateway timeout (RFC 9110, 15.6). */
const gatewayStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * A typed client of the console's HTTP API: answers are checked against their schema, refusals keep code and remedy. A connection ends with
 * its exchange, so there is nothing to close.
 */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #agents: Agents;

  constructor(options: ApiClientOptions) {
    this.#options = options;
    this.#agents = new Agents(options.env, { keepAlive: false });
  }

  get url(): string {
    return this.#options.url;
  }

  /** @throws ApiProblem, PLATFORM_UNREACHABLE, PLATFORM_LOGIN_REFUSED, PLATFORM_ANSWER_INVALID, CANCELLED */
  async get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return this.#parse(path, await this.#send('GET', path), schema);
  }

  /** The bytes of a file that the console offers. */
  async download(path: string): Promise<Buffer> {
    return await this.#send('GET', path);
  }

  /**
   * The bytes of a file of any size, as they come; it takes as long as it takes, while something moves.
   *
   * @throws as `get`, also while it is read
   */
  async *stream(path: string): AsyncGenerator<Uint8Array> {
    const { cancel, timeoutMs = defaultTimeoutMs } = this.#options;
    const answer = await this.#ask('GET', path, undefined, cancel);
    const status = answer.statusCode ?? 0;
    if (status < 200 || status >= 300) throw this.#refused(path, status, await readRefusal(answer));
    try {
      yield* bodyOf(answer, { idleTimeoutMs: timeoutMs, cancel });
    } catch (error) {
      throw this.#failed(error, path);
    }
  }

  /** Has something done once: where the line is cut it is asked for again with the same `Idempotency-Key`. */
  async post<Schema extends z.ZodType>(path: string, body: unknown, schema: Schema): Promise<z.output<Schema>> {
    return this.#parse(path, await this.#act(path, body), schema);
  }

  /** As `post`, of what was seen in a revision (`If-Match`). */
  async postSeen<Schema extends z.ZodType>(
    path: string,
    body: unknown,
    schema: Schema,
    seen: number,
  ): Promise<z.output<Schema>> {
    return this.#parse(path, await this.#act(path, body, seen), schema);
  }

  /** @param seen the revision that was seen, where the console asks for it (`If-Match`) */
  async put<Schema extends z.ZodType>(
    path: string,
    body: unknown,
    schema: Schema,
    seen?: number,
  ): Promise<z.output<Schema>> {
    return this.#parse(path, await this.#send('PUT', path, body, seen), schema);
  }

  /** For changes of a part whose answer does not matter. */
  async patchOnly(path: string, body: unknown): Promise<void> {
    await this.#send('PATCH', path, body);
  }

  /** Changes what is given. @param seen as for `put` */
  async patch<Schema extends z.ZodType>(
    path: string,
    body: unknown,
    schema: Schema,
    seen: number,
  ): Promise<z.output<Schema>> {
    return this.#parse(path, await this.#send('PATCH', path, body, seen), schema);
  }

  /** For changes whose answer has no body. */
  async putOnly(path: string, body: unknown): Promise<void> {
    await this.#send('PUT', path, body);
  }

  async delete<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return this.#parse(path, await this.#send('DELETE', path), schema);
  }

  /**
   * Signs in, or sets up the first administrator.
   *
   * @returns the cookie of the session
   * @throws ApiProblem when the console refuses, and what `get` throws
   */
  async openSession(path: '/api/v1/session' | '/api/v1/setup', body: unknown): Promise<Secret> {
    const answer = await this.#exchange('POST', path, body);
    const problem = problemSchema.safeParse(parseJson(answer.bytes)).data;
    if (problem !== undefined) throw new ApiProblem(problem);
    const cookie = answer.cookies.map((each) => each.split(';', 1)[0]).join('; ');
    if (cookie !== '') return new Secret(cookie);
    const reason = `status ${answer.status} without a session`;
    throw new SealiftError('PLATFORM_ANSWER_INVALID', { values: { url: this.url, reason }, place: path });
  }

  /** Ends the session that the cookie stands for. */
  async closeSession(): Promise<void> {
    await this.#send('DELETE', '/api/v1/session');
  }

  /** Like `post`, for calls whose answer has no body that matters. */
  async postOnly(path: string, body: unknown): Promise<void> {
    await this.#act(path, body);
  }

  /** For removals whose answer has no body that matters. @param seen as for `put` */
  async deleteOnly(path: string, seen?: number): Promise<void> {
    await this.#send('DELETE', path, undefined, seen);
  }

  #parse<Schema extends z.ZodType>(path: string, bytes: Buffer, schema: Schema): z.output<Schema> {
    const invalid = (reason: string): SealiftError =>
      new SealiftError('PLATFORM_ANSWER_INVALID', { values: { url: this.url, reason }, place: path });
    let value: unknown;
    try {
      value = JSON.parse(bytes.toString('utf8'));
    } catch {
      throw invalid('it is not JSON');
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw invalid(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`);
  }

  async #send(method: Exchange['method'], path: string, body?: unknown, seen?: number): Promise<Buffer> {
    const conditions = seen === undefined ? {} : { 'if-match': `"${seen}"` };
    return this.#good(path, await this.#exchange(method, path, body, conditions));
  }

  async #act(path: string, body: unknown, seen?: number): Promise<Buffer> {
    const conditions = seen === undefined ? {} : { 'if-match': `"${seen}"` };
    const ask = (key: string) => this.#exchange('POST', path, body, { ...conditions, 'idempotency-key': key });
    return this.#good(path, await actOnce(ask, { cancel: this.#options.cancel }));
  }

  #good(path: string, { status, bytes }: { readonly status: number; readonly bytes: Buffer }): Buffer {
    if (status >= 200 && status < 300) return bytes;
    throw this.#refused(path, status, bytes);
  }

  #refused(path: string, status: number, bytes: Buffer): Error {
    if (status === 401) return new SealiftError('PLATFORM_LOGIN_REFUSED', { values: { url: this.url }, place: path });
    const problem = problemSchema.safeParse(parseJson(bytes)).data;
    if (problem !== undefined) return new ApiProblem(problem);
    const reason = `status ${status} without problem details`;
    // A proxy says so while the console behind it starts again.
    const code = gatewayStatuses.has(status) ? 'PLATFORM_UNREACHABLE' : 'PLATFORM_ANSWER_INVALID';
    return new SealiftError(code, { values: { url: this.url, reason }, place: path });
  }

  async #exchange(
    method: Exchange['method'],
    path: string,
    body: unknown,
    conditions: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; bytes: Buffer; cookies: readonly string[] }> {
    const { cancel: wish, timeoutMs = defaultTimeoutMs } = this.#options;
    const deadline = AbortSignal.timeout(timeoutMs);
    const cancel = wish === undefined ? deadline : AbortSignal.any([deadline, wish]);
    const answer = await this.#ask(method, path, body, cancel, conditions);
    try {
      const cookies = answer.headers['set-cookie'] ?? [];
      const status = answer.statusCode ?? 0;
      const bytes =
        status >= 400
          ? await readRefusal(answer)
          : await readBody(answer, maxAnswerBytes, { idleTimeoutMs: timeoutMs, cancel });
      return { status, bytes, cookies };
    } catch (error) {
      throw this.#failed(error, path);
    }
  }

  async #ask(
    method: Exchange['method'],
    path: string,
    body: unknown,
    cancel: AbortSignal | undefined,
    conditions: Readonly<Record<string, string>> = {},
  ): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const { url, timeoutMs = defaultTimeoutMs } = this.#options;
    try {
      return await exchange(this.#agents, {
        method,
        url: new URL(`${url}${path}`),
        headers: {
          accept: 'application/json, application/problem+json, */*;q=0.5',
          ...this.#credential(),
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          ...conditions,
        },
        ...(payload === undefined ? {} : { body: payload }),
        idleTimeoutMs: timeoutMs,
        repeatable: false,
        cancel,
      });
    } catch (error) {
      throw this.#failed(error, path);
    }
  }

  #failed(error: unknown, path: string): SealiftError {
    if (error instanceof SealiftError) return error;
    if (error instanceof BodyTooLarge) {
      return new SealiftError('INPUT_TOO_LARGE', { values: { what: 'the answer', limitBytes: error.limitBytes } });
    }
    const failure = failureOf(error);
    if (failure.kind === 'cancelled') return new SealiftError('CANCELLED', { cause: failure });
    const { remedy } = failure;
    const reason = failure.kind === 'deadline' ? 'no answer in time' : failure.message;
    return new SealiftError('PLATFORM_UNREACHABLE', {
      values: {
        url: this.url,
        reason: failure.aboutCertificate ? `its certificate is not accepted: ${reason}` : reason,
      },
      place: path,
      ...(remedy === undefined ? {} : { hint: remedy }),
      cause: failure,
    });
  }

  #credential(): Record<string, string> {
    const { token, cookie } = this.#options;
    if (token !== undefined) return { authorization: `Bearer ${token.reveal()}` };
    return cookie === undefined ? {} : { cookie: cookie.reveal() };
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
