import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { problemSchema, reasonOf, SealiftError } from '@sealift/core/errors';
import type { z } from 'zod';

/** The simulator answers within milliseconds; a silence of this length is a lost connection. */
const idleMs = 15_000;
const maxAnswerBytes = 16 * 1024 * 1024;

/** HTTP to one simulator: bounded answers, an idle limit, cancellation, failures as catalogue errors. */
export class SimulatorConnection {
  readonly #base: URL;

  constructor(url: string) {
    this.#base = new URL(url);
  }

  async get<Schema extends z.ZodType>(path: string, schema: Schema, cancel: AbortSignal): Promise<z.output<Schema>> {
    const answer = await this.#exchange('GET', path, {}, Readable.from([]), cancel);
    const result = schema.safeParse(answer);
    if (result.success) return result.data;
    throw unreachable(`its answer to GET ${path} does not have the expected form`, result.error);
  }

  async put(path: string, body: unknown, cancel: AbortSignal): Promise<void> {
    const text = Buffer.from(JSON.stringify(body));
    const headers = { 'content-type': 'application/json', 'content-length': text.length };
    await this.#exchange('PUT', path, headers, Readable.from([text]), cancel);
  }

  async remove(path: string, cancel: AbortSignal): Promise<void> {
    await this.#exchange('DELETE', path, {}, Readable.from([]), cancel);
  }

  async upload(path: string, body: Readable, sizeBytes: number, cancel: AbortSignal): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': sizeBytes };
    await this.#exchange('PUT', path, headers, body, cancel);
  }

  async #exchange(
    method: string,
    path: string,
    headers: NonNullable<RequestOptions['headers']>,
    body: Readable,
    cancel: AbortSignal,
  ): Promise<unknown> {
    cancel.throwIfAborted();
    const exchange = request(new URL(path, this.#base), { method, headers, agent: false, signal: cancel });
    // Kept for the failures after the first, which say nothing new.
    exchange.on('error', () => undefined);
    exchange.setTimeout(idleMs, () => exchange.destroy(new Error(`it was silent for ${idleMs / 1000} s`)));
    const answered = response(exchange);
    // The answer may come before the body is through (a refusal), and then the broken pipe says nothing new.
    const sent = pipeline(body, exchange).then(
      () => null,
      (error: unknown) => error,
    );
    try {
      const answer = await answered;
      const parsed = await readAnswer(answer);
      if (answer.statusCode === 200 || answer.statusCode === 204) return parsed;
      throw refused(parsed, answer.statusCode ?? 0);
    } catch (error) {
      body.destroy();
      exchange.destroy();
      cancel.throwIfAborted();
      if (error instanceof SealiftError) throw error;
      const bodyFailure = await sent;
      if (bodyFailure instanceof SealiftError) throw bodyFailure;
      throw unreachable(reasonOf(error), error);
    }
  }
}

function response(exchange: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    exchange.once('response', resolve);
    exchange.once('error', reject);
  });
}

async function readAnswer(answer: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > maxAnswerBytes) throw new Error(`its answer is longer than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return received === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function refused(answer: unknown, status: number): SealiftError {
  const problem = problemSchema.safeParse(answer);
  if (!problem.success) return unreachable(`it answered with status ${status}`, answer);
  if (status >= 500) return unreachable(problem.data.detail, answer);
  const { detail, code } = problem.data;
  const prefix = 'the simulated cluster refused the request: ';
  const reason = code === 'SIMULATOR_REFUSED' && detail.startsWith(prefix) ? detail.slice(prefix.length) : detail;
  return new SealiftError('SIMULATOR_REFUSED', { values: { reason } });
}

function unreachable(reason: string, cause: unknown): SealiftError {
  return new SealiftError('SIMULATOR_UNREACHABLE', { values: { reason }, cause });
}
