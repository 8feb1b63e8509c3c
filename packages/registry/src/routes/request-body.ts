import type { FastifyRequest } from 'fastify';
import { SealiftError } from '@sealift/core/errors';

/**
 * The request's body as it arrives. The time limit runs only while the client is waited for; a body that ends before its
 * `Content-Length` fails instead of ending.
 *
 * @throws CONTENT_SHORT, as the sequence's failure
 */
export async function* requestBody(
  request: FastifyRequest,
  idleTimeoutMs: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { raw } = request;
  const wait = (): NodeJS.Timeout => setTimeout(() => raw.destroy(cut(received)), idleTimeoutMs);
  let received = 0;
  let timer = wait();
  try {
    // Whoever refuses the rest still wants to answer, so leaving early must not end the connection.
    for await (const chunk of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
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
