import type { IncomingMessage } from 'node:http';
import { ConnectionFailure, endedBy, failureOf } from './failure.ts';
import { longestTimerMs } from './longest-timer.ts';

export interface BodyOptions {
  /** How long nothing may arrive while it is waited for, in milliseconds; a slow reader here does not look like a dead server. */
  readonly idleTimeoutMs: number;
  /** How long the whole may take, in milliseconds: a server that drips is never idle. */
  readonly deadlineMs?: number | undefined;
  /** That of the exchange. */
  readonly cancel?: AbortSignal | undefined;
}

/** An answer has more bytes than anything that its client would use. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super(`it is larger than ${limitBytes} bytes`);
    this.limitBytes = limitBytes;
  }
}

/**
 * The bytes of an answer's body. However the reading ends, the connection is either whole and used again, or gone.
 *
 * @throws ConnectionFailure
 */
export async function* bodyOf(
  answer: IncomingMessage,
  { idleTimeoutMs, deadlineMs, cancel }: BodyOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const give = (kind: 'silent' | 'deadline', ms: number): NodeJS.Timeout =>
    setTimeout(() => answer.destroy(new ConnectionFailure(kind, said(kind, ms))), Math.min(ms, longestTimerMs));
  const whole = deadlineMs === undefined ? undefined : give('deadline', deadlineMs);
  let idle = give('silent', idleTimeoutMs);
  try {
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      clearTimeout(idle);
      yield chunk;
      idle = give('silent', idleTimeoutMs);
    }
  } catch (error) {
    if (cancel?.aborted === true) throw endedBy(cancel, error);
    throw failureOf(error);
  } finally {
    clearTimeout(idle);
    clearTimeout(whole);
    if (!answer.readableEnded) answer.destroy();
  }
}

function said(kind: 'silent' | 'deadline', ms: number): string {
  return kind === 'silent' ? `nothing arrived for ${ms / 1000} s` : `the answer was not whole within ${ms / 1000} s`;
}

/** A whole body of at most `limitBytes`. @throws BodyTooLarge, ConnectionFailure */
export async function readBody(answer: IncomingMessage, limitBytes: number, options: BodyOptions): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of bodyOf(answer, options)) {
    total += part.byteLength;
    if (total > limitBytes) throw new BodyTooLarge(limitBytes);
    parts.push(part);
  }
  return Buffer.concat(parts, total);
}

const refusalLimitBytes = 1024 * 1024;
const refusalIdleMs = 2000;
const refusalDeadlineMs = 10_000;

/**
 * What a refusal says, as far as it comes, 1 MiB at most. That it is one is known from its status, so nobody waits long for its words, and
 * nothing here fails.
 */
export async function readRefusal(answer: IncomingMessage): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    for await (const part of bodyOf(answer, { idleTimeoutMs: refusalIdleMs, deadlineMs: refusalDeadlineMs })) {
      total += part.byteLength;
      if (total > refusalLimitBytes) break;
      parts.push(part);
    }
  } catch {
    // What came before the line was cut may say enough.
  }
  return Buffer.concat(parts);
}

const discardLimitBytes = 64 * 1024;
const discardTimeoutMs = 5000;

/** Lets go of an answer whose body does not matter: a short one is read, so that its connection is used again; of any other the connection ends. */
export function discard(answer: IncomingMessage): void {
  let total = 0;
  const timer = setTimeout(() => answer.destroy(), discardTimeoutMs).unref();
  answer.on('data', (chunk: Uint8Array) => {
    total += chunk.byteLength;
    if (total > discardLimitBytes) answer.destroy();
  });
  answer.on('error', () => undefined);
  answer.once('close', () => clearTimeout(timer));
}
