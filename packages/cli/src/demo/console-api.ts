import { problemSchema, SealiftError } from '@sealift/core/errors';
import type { z } from 'zod';

/** Who calls: an API token, or the session cookie that the set-up answered. */
export type Credential = { readonly token: string } | { readonly cookie: string };

const requestMs = 60_000;

/** Calls a console's API the way any other client does; paths are below `/api/v1`. */
export class ConsoleApi {
  readonly url: string;
  readonly #credential: Credential | null;

  constructor(url: string, credential: Credential | null = null) {
    this.url = url;
    this.#credential = credential;
  }

  async get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return this.#read(await this.#send('GET', path), schema);
  }

  async post<Schema extends z.ZodType>(path: string, body: unknown, schema: Schema): Promise<z.output<Schema>> {
    return this.#read(await this.#send('POST', path, body), schema);
  }

  /** Posts, and also gives the session cookie that the answer sets. */
  async postForCookie(path: string, body: unknown): Promise<string> {
    const answer = await this.#send('POST', path, body);
    await answer.arrayBuffer();
    return answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';', 1)[0])
      .join('; ');
  }

  async #send(method: string, path: string, body?: unknown): Promise<Response> {
    const credential = this.#credential;
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(credential !== null && 'token' in credential ? { authorization: `Bearer ${credential.token}` } : {}),
      ...(credential !== null && 'cookie' in credential ? { cookie: credential.cookie } : {}),
    };
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(requestMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      throw new SealiftError('PLATFORM_UNREACHABLE', {
        values: { url: this.url, reason: String(cause) },
        cause: error,
      });
    });
    if (answer.ok) return answer;
    const text = await answer.text();
    const problem = problemSchema.safeParse(parsed(text));
    if (!problem.success) throw this.#invalid(`${method} ${path}: status ${answer.status}`);
    const { detail, hint, code, place } = problem.data;
    throw new SealiftError('PLATFORM_REFUSED', {
      values: { detail: `${detail} (${code})`, hint },
      place: place ?? `${method} /api/v1${path}`,
    });
  }

  async #read<Schema extends z.ZodType>(answer: Response, schema: Schema): Promise<z.output<Schema>> {
    const result = schema.safeParse(parsed(await answer.text()));
    if (result.success) return result.data;
    throw this.#invalid(`${new URL(answer.url).pathname}: ${result.error.issues[0]?.message ?? ''}`);
  }

  #invalid(reason: string): SealiftError {
    return new SealiftError('PLATFORM_ANSWER_INVALID', { values: { url: this.url, reason } });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
