import type { Readable } from 'node:stream';
import { fromProblem, problemSchema, reasonOf, SealiftError } from '@sealift/core/errors';
import { Agents } from '@sealift/io/http/agents';
import { readBody } from '@sealift/io/http/body';
import { type Exchange, exchange } from '@sealift/io/http/exchange';
import type { z } from 'zod';

/** The simulator answers within milliseconds; a silence of this length is a lost connection. */
const idleTimeoutMs = 15_000;
/** How long the whole of an answer may take once it began, in milliseconds. */
const wholeAnswerMs = 60_000;
const maxAnswerBytes = 16 * 1024 * 1024;

/** HTTP to one simulator: bounded answers, an idle limit, cancellation, failures as catalogue errors. */
export class SimulatorConnection {
  readonly #base: URL;
  /** No proxy stands before this machine itself; a connection ends with its exchange. */
  readonly #agents = new Agents({}, { keepAlive: false, tls: {} });

  constructor(url: string) {
    this.#base = new URL(url);
  }

  async get<Schema extends z.ZodType>(path: string, schema: Schema, cancel: AbortSignal): Promise<z.output<Schema>> {
    const answer = await this.#exchange('GET', path, cancel);
    const result = schema.safeParse(answer);
    if (result.success) return result.data;
    throw unreachable(`its answer to GET ${path} does not have the expected form`, result.error);
  }

  /** Asks with a body; changes nothing. */
  async query<Schema extends z.ZodType>(
    path: string,
    body: unknown,
    schema: Schema,
    cancel: AbortSignal,
  ): Promise<z.output<Schema>> {
    const headers = { 'content-type': 'application/json' };
    const answer = await this.#exchange('PUT', path, cancel, { headers, body: JSON.stringify(body) });
    const result = schema.safeParse(answer);
    if (result.success) return result.data;
    throw unreachable(`its answer to PUT ${path} does not have the expected form`, result.error);
  }

  async put(path: string, body: unknown, cancel: AbortSignal): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    await this.#exchange('PUT', path, cancel, { headers, body: JSON.stringify(body) });
  }

  async remove(path: string, cancel: AbortSignal): Promise<void> {
    await this.#exchange('DELETE', path, cancel);
  }

  async upload(path: string, body: Readable, sizeBytes: number, cancel: AbortSignal): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream' };
    await this.#exchange('PUT', path, cancel, { headers, body: { size: sizeBytes, open: () => body } });
  }

  async #exchange(
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    cancel: AbortSignal,
    sent: Pick<Exchange, 'headers' | 'body'> = {},
  ): Promise<unknown> {
    cancel.throwIfAborted();
    try {
      const url = new URL(path, this.#base);
      const answer = await exchange(this.#agents, { method, url, ...sent, idleTimeoutMs, repeatable: false, cancel });
      const bytes = await readBody(answer, maxAnswerBytes, { idleTimeoutMs, deadlineMs: wholeAnswerMs, cancel });
      const parsed: unknown = bytes.byteLength === 0 ? undefined : JSON.parse(bytes.toString('utf8'));
      if (answer.statusCode === 200 || answer.statusCode === 204) return parsed;
      throw refused(parsed, answer.statusCode ?? 0);
    } catch (error) {
      cancel.throwIfAborted();
      throw error instanceof SealiftError ? error : unreachable(reasonOf(error), error);
    }
  }
}

function refused(answer: unknown, status: number): SealiftError {
  const problem = problemSchema.safeParse(answer);
  if (!problem.success) return unreachable(`it answered with status ${status}`, answer);
  if (status >= 500) return unreachable(problem.data.detail, answer);
  const { detail, code } = problem.data;
  if (code === 'DECLARED_STEP_REFUSED') return fromProblem(problem.data);
  const prefix = 'the simulated cluster refused the request: ';
  const reason = code === 'SIMULATOR_REFUSED' && detail.startsWith(prefix) ? detail.slice(prefix.length) : detail;
  return new SealiftError('SIMULATOR_REFUSED', { values: { reason } });
}

function unreachable(reason: string, cause: unknown): SealiftError {
  return new SealiftError('SIMULATOR_UNREACHABLE', { values: { reason }, cause });
}
