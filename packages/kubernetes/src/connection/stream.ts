import type { Agents } from '@sealift/io/http/agents';
import { bodyOf, readRefusal } from '@sealift/io/http/body';
import { exchange } from '@sealift/io/http/exchange';
import { ConnectionFailure, endedBy } from '@sealift/io/http/failure';
import type { ApiAnswer, ApiRequest } from './exchange.ts';
import { pauseAsked } from './unavailable.ts';
import { unusable } from './unusable.ts';

/** What bounds an answer that goes on. */
export interface StreamLimits {
  /** How long nothing may arrive, in milliseconds: the line is taken for dead then, and the answer ends. */
  readonly idleTimeoutMs: number;
  /** How long the whole may take, in milliseconds. */
  readonly deadlineMs: number;
  readonly lineLimitBytes: number;
  /** Called when the server has agreed to stream. */
  readonly onOpen?: (() => void) | undefined;
}

/** The server answered with a status instead of a stream. */
export class StreamRefused extends Error {
  override readonly name = 'StreamRefused';
  readonly answer: ApiAnswer;

  constructor(answer: ApiAnswer) {
    super(`HTTP status ${answer.status}`);
    this.answer = answer;
  }
}

const newline = 0x0a;
/** Ends of a line that say nothing about the server: who streams goes on where it was. */
const usualEnds: ReadonlySet<string> = new Set(['cut', 'silent', 'deadline']);

/**
 * The whole lines of an answer that goes on, until it ends or is cut; the piece of a line that a cut leaves is dropped. However the reading
 * ends, the connection does too.
 *
 * @throws StreamRefused, KUBERNETES_ANSWER_INVALID where a line is too long, ConnectionFailure
 */
export async function* streamLines(
  agents: Agents,
  {
    url,
    headers,
    cancel,
  }: { readonly url: URL; readonly headers: Readonly<Record<string, string>> } & Pick<ApiRequest, 'cancel'>,
  { idleTimeoutMs, deadlineMs, lineLimitBytes, onOpen }: StreamLimits,
): AsyncGenerator<string, void, undefined> {
  const answer = await exchange(agents, { method: 'GET', url, headers, idleTimeoutMs, repeatable: false, cancel });
  const status = answer.statusCode ?? 0;
  if (status !== 200) {
    const refusal = await readRefusal(answer);
    if (cancel?.aborted === true) throw endedBy(cancel);
    throw new StreamRefused({ status, body: parsed(refusal), askedPauseMs: pauseAsked(answer.headers['retry-after']) });
  }
  onOpen?.();
  try {
    yield* linesOf(bodyOf(answer, { idleTimeoutMs, deadlineMs, cancel }), lineLimitBytes, url.pathname);
  } catch (error) {
    // A wish that is a deadline ends it as one, and is no end of the line.
    const ended = error instanceof ConnectionFailure && usualEnds.has(error.kind);
    if (!ended || cancel?.aborted === true) throw error;
  }
}

/** The whole lines of a body. @throws KUBERNETES_ANSWER_INVALID where one is too long, ConnectionFailure */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
  place: string,
): AsyncGenerator<string, void, undefined> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = (part: Uint8Array): void => {
    size += part.byteLength;
    if (size > limitBytes) throw unusable(`a line of it is larger than ${limitBytes} bytes`, place);
    if (part.byteLength > 0) parts.push(part);
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      take(chunk.subarray(from, end));
      const line = Buffer.concat(parts, size).toString('utf8');
      [parts, size, from] = [[], 0, end + 1];
      if (line.trim() !== '') yield line;
    }
    take(chunk.subarray(from));
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // A load balancer says it in a page; its status is all that counts.
    return undefined;
  }
}
