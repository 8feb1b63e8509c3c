import type { FastifyRequest } from 'fastify';
import { SealiftError } from '@sealift/core/errors';

/** A client that sends is waited for this long, in milliseconds, and longer by what it has sent at the slowest pace that is taken. */
const defaultGraceMs = 60_000;
const slowestBytesPerMs = 1;

/**
 * The request's body as it arrives. Time runs only while the client is waited for: it may neither pause for `idleTimeoutMs` nor send
 * drop by drop for ever. A body that ends before its `Content-Length` fails instead of ending.
 *
 * @param graceMs how long the client is waited for in all, beside a millisecond for each byte that came
 * @throws CONTENT_SHORT, as the sequence's failure
 */
export async function* requestBody(
  request: FastifyRequest,
  idleTimeoutMs: number,
  graceMs = defaultGraceMs,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { raw } = request;
  let received = 0;
  let waitedMs = 0;
  let since = performance.now();
  const wait = (): NodeJS.Timeout => {
    since = performance.now();
    const leftMs = graceMs + received / slowestBytesPerMs - waitedMs;
    return setTimeout(() => raw.destroy(cut(received)), Math.max(0, Math.min(idleTimeoutMs, leftMs)));
  };
  let timer = wait();
  try {
    // Whoever refuses the rest still wants to answer, so leaving early must not end the connection.
    for await (const chunk of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      waitedMs += performance.now() - since;
      received += chunk.byteLength;
      yield chunk;
      timer = wait();
    }
  } catch {
    throw cut(received);
  } finally {
    clearTimeout(timer);
  }
}

function cut(received: number): SealiftError {
  return new SealiftError('CONTENT_SHORT', {
    values: { digest: 'the upload', actualBytes: received, expectedBytes: 'more' },
  });
}
