import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Agents } from './agents.ts';
import { ConnectionFailure, endedBy, failureOf } from './failure.ts';
import { longestTimerMs } from './longest-timer.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { type BodySource, sendChunks } from './send-chunks.ts';

/** One HTTP exchange. */
export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes at hand, or exactly `size` bytes (in chunks of HTTP where nobody knows how many) that are opened when the request is, and sent once. */
  readonly body?:
    | string
    | Uint8Array
    | { readonly size: number | undefined; readonly open: () => BodySource | Promise<BodySource> };
  /** How long nothing may move, in milliseconds, from connecting on. */
  readonly idleTimeoutMs: number;
  /** How long the answer may take after the whole body was sent, in milliseconds; without it, as long as nothing may move. */
  readonly answerTimeoutMs?: number;
  /** How long all may take until the answer's header is there, in milliseconds, once there is a connection: a server that drips is never silent. */
  readonly deadlineMs?: number;
  /**
   * Asks for leave before an opened body is sent (RFC 9110, section 10.1.1), so that a refusal is heard that the server would else cut off; told
   * when the server does not say, after a second.
   */
  readonly askFirst?: { readonly onNoWord: () => void } | undefined;
  /** Whether it may be sent again when a kept connection turns out to be closed. Never true of a body that is opened. */
  readonly repeatable: boolean;
  /** Ends the exchange, also while its answer is read. */
  readonly cancel?: AbortSignal | undefined;
}

/**
 * Sends one request and returns when the answer's header is there; its body is then read by `bodyOf` or let go by `discard`. No redirect is followed, no status is judged.
 *
 * @throws ConnectionFailure, PROXY_INVALID, or what the body's own source failed with
 */
export async function exchange(agents: Agents, wanted: Exchange): Promise<IncomingMessage> {
  if (wanted.cancel?.aborted === true) throw endedBy(wanted.cancel);
  const first = await attempt(agents, wanted);
  // A kept connection that the other side has closed meanwhile says nothing about the server: once more.
  const outcome = first instanceof StaleConnection ? await attempt(agents, wanted) : first;
  if (outcome instanceof StaleConnection) throw failureOf(outcome.cause);
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

class StaleConnection extends Error {}

async function attempt(agents: Agents, wanted: Exchange): Promise<IncomingMessage | Error> {
  const request = start(agents, wanted);
  const { body } = wanted;
  let sourceError: Error | undefined;
  const answered = new Promise<IncomingMessage | Error>((resolve) => {
    request.once('response', resolve);
    request.on('error', (error) => resolve(asFailure(error, sourceError, request, wanted)));
    refuseUpgrade(request, resolve);
  });
  limitSilence(request, wanted);
  limitWhole(request, wanted.deadlineMs);
  if (typeof body === 'object' && 'open' in body) {
    const mayGo = wanted.askFirst === undefined || (await leaveToSend(request, answered, wanted.askFirst.onNoWord));
    const sent = mayGo ? sendChunks(request, body.open, answered) : Promise.resolve();
    await sent.catch((error: unknown) => {
      sourceError = error instanceof Error ? error : new Error(String(error));
      request.destroy(sourceError);
    });
  } else request.end(body);
  const outcome = await answered;
  request.setTimeout(0);
  if (outcome instanceof Error) return outcome;
  // An answer before the body's end is a refusal: it is read, then the connection is given up, as it can't be used again.
  if (!request.writableFinished) outcome.once('close', () => request.destroy());
  return outcome;
}

const leaveTimeoutMs = 1000;

/** @returns whether the body is to be sent; it is not when the exchange is over without it */
async function leaveToSend(request: ClientRequest, answered: Promise<unknown>, onNoWord: () => void): Promise<boolean> {
  const noWord = Symbol('no word');
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<symbol>((resolve) => {
    request.once('socket', () => (timer = setTimeout(resolve, leaveTimeoutMs, noWord)));
  });
  const over = Symbol('over');
  const given = new Promise<void>((resolve) => request.once('continue', resolve));
  const word = await Promise.race([given, answered.then(() => over), waited]);
  clearTimeout(timer);
  if (word === noWord) onNoWord();
  return word !== over;
}

function limitSilence(request: ClientRequest, { idleTimeoutMs, answerTimeoutMs = idleTimeoutMs }: Exchange): void {
  let limitMs = idleTimeoutMs;
  request.on('timeout', () => {
    request.destroy(new ConnectionFailure('silent', `nothing moved for ${limitMs / 1000} s`));
  });
  request.once('finish', () => {
    limitMs = answerTimeoutMs;
    request.setTimeout(limitMs);
  });
}

function limitWhole(request: ClientRequest, deadlineMs: number | undefined): void {
  if (deadlineMs === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = (): void => {
    request.destroy(new ConnectionFailure('deadline', `no whole answer came within ${Math.ceil(deadlineMs / 1000)} s`));
  };
  request.once('socket', () => (timer = setTimeout(late, Math.min(deadlineMs, longestTimerMs))));
  for (const over of ['response', 'close'] as const) request.once(over, () => clearTimeout(timer));
}

function start(
  agents: Agents,
  { url, method, headers, body, cancel, idleTimeoutMs, askFirst }: Exchange,
): ClientRequest {
  const empty = method === 'POST' || method === 'PUT' || method === 'PATCH' ? 0 : undefined;
  const size = body === undefined ? empty : sizeOf(body);
  const options = {
    method,
    agent: agents.agentFor(url),
    // Set before the connection is there, so that connecting, also through a proxy, is limited too.
    timeout: idleTimeoutMs,
    headers: {
      'user-agent': 'sealift',
      ...(askFirst === undefined ? {} : { expect: '100-continue' }),
      ...headers,
      ...(size === undefined ? {} : { 'content-length': String(size) }),
    },
    ...(cancel === undefined ? {} : { signal: cancel }),
  };
  return url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
}

function sizeOf(body: NonNullable<Exchange['body']>): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return 'open' in body ? body.size : body.byteLength;
}

function asFailure(error: Error, sourceError: Error | undefined, request: ClientRequest, wanted: Exchange): Error {
  const { cancel, body, repeatable } = wanted;
  // A source that the same signal ends fails too, and says less.
  if (cancel?.aborted === true) return endedBy(cancel, error);
  if (sourceError !== undefined) return sourceError;
  const failure = failureOf(error);
  const once = typeof body === 'object' && 'open' in body;
  const stale = failure.kind === 'cut' && request.reusedSocket && repeatable && !once;
  return stale ? new StaleConnection('stale', { cause: error }) : failure;
}
