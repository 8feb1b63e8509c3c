import { type ApiProblem, apiProblemSchema } from '@sealift/core/api';
import type { z } from 'zod';
import { actAnswered, keyOfAct } from './act-keys.ts';
import { reportReachable } from './connection.ts';

const usualTimeoutMs = 60_000;

/** How long a call may take, what ends it before, and what has to hold for it. */
interface CallLimits {
  readonly signal?: AbortSignal;
  /** For what is known to take its time. */
  readonly timeoutMs?: number;
  /** The `ETag` of what was seen: the change is refused (412) where it is another by now. */
  readonly ifMatch?: string;
  /** That it only looks: it may be sent as often as one likes. */
  readonly looks?: boolean;
}

/** The `ETag` of a state that has been changed so many times. */
export function tagOf(revision: number): string {
  return `"${revision}"`;
}

/** The server refused a request; `problem` says what, where and the remedy (RFC 9457). */
export class ProblemError extends Error {
  readonly problem: ApiProblem;

  constructor(problem: ApiProblem) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** The server did not answer: it restarts, the line is cut, or a proxy answered in its place. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('The server does not answer', { cause });
    this.name = 'UnreachableError';
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Sends a request below `/api/v1` and returns the answer.
 *
 * @throws ProblemError when the server refuses, UnreachableError when it does not answer.
 */
export async function send(
  method: Method,
  path: string,
  body?: unknown,
  { signal, timeoutMs = usualTimeoutMs, ifMatch, looks = false }: CallLimits = {},
): Promise<Response> {
  const late = AbortSignal.timeout(timeoutMs);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const act = method === 'POST' && !looks ? `${path} ${text}` : undefined;
  const response = await reach(`/api/v1${path}`, {
    method,
    credentials: 'same-origin',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...(act === undefined ? {} : { 'idempotency-key': keyOfAct(act) }),
    },
    signal: signal ? AbortSignal.any([signal, late]) : late,
    ...(text === undefined ? {} : { body: text }),
  });
  if (response.ok) {
    if (act !== undefined) actAnswered(act);
    reportReachable(true);
    return response;
  }
  const problem = apiProblemSchema.safeParse(await response.json().catch(() => null));
  if (!problem.success && response.status >= 502) {
    reportReachable(false);
    throw new UnreachableError(`status ${response.status}`);
  }
  // What is still being done is asked for again with the same key.
  if (act !== undefined && problem.data?.code !== 'IDEMPOTENCY_UNDER_WAY') actAnswered(act);
  reportReachable(true);
  throw new ProblemError(
    problem.success ? problem.data : unexpected(path, response.status, 'its error has another form'),
  );
}

/** Like `send`, with the answer's JSON checked against the API's schema. */
export async function request<Schema extends z.ZodType>(
  schema: Schema,
  method: Method,
  path: string,
  body?: unknown,
  limits?: CallLimits,
): Promise<z.infer<Schema>> {
  const response = await send(method, path, body, limits);
  const parsed = schema.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const reason = issue === undefined ? 'not JSON' : `${issue.path.join('.') || 'answer'}: ${issue.message}`;
  throw new ProblemError(unexpected(path, response.status, reason));
}

/** Reads a resource. */
export function read<Schema extends z.ZodType>(schema: Schema, path: string, signal: AbortSignal) {
  return request(schema, 'GET', path, undefined, { signal });
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    reportReachable(false);
    throw new UnreachableError(error);
  }
}

function unexpected(path: string, status: number, reason: string): ApiProblem {
  return {
    type: 'about:blank',
    title: 'UNEXPECTED_ANSWER',
    status,
    code: 'UNEXPECTED_ANSWER',
    detail: `The server gave an answer that this page does not understand (${reason})`,
    place: `/api/v1${path}`,
    hint: 'Reload the page: the server may have been replaced by another version since it was loaded.',
    next: 'retry',
  };
}
