import { type ErrorCode, isSealiftError, SealiftError } from '@sealift/core/errors';
import { Attempts } from '@sealift/io/retry';
import type { ContentSource } from '../content.ts';
import type { Digest } from '../digest.ts';
import { passingFailures, registryDelaysMs } from '../registry-client/retry.ts';
import type { RegistryClient } from '../registry-client/client.ts';
import { readableOver } from '../verify-stream.ts';

/** Failures that pass; a blob goes on where it was cut. */
const passing: readonly ErrorCode[] = [...passingFailures, 'CONTENT_SHORT'];

/** A repository's blobs, each read in one piece however often the line is cut. Nothing is kept but where the reader is. */
export function steadyBlobs(client: RegistryClient, repository: string): ContentSource {
  const source = client.source(repository);
  return {
    size: (digest) => source.size(digest),
    open: async (digest, range) => {
      if (range !== undefined) return await source.open(digest, range);
      const size = await source.size(digest);
      if (size === undefined) {
        throw new SealiftError('CONTENT_MISSING', { values: { digest }, place: `${client.registry}/${repository}` });
      }
      return readableOver(resuming(client, repository, digest, size), undefined);
    },
  };
}

async function* resuming(
  client: RegistryClient,
  repository: string,
  digest: Digest,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = client.source(repository);
  const { cancel, onRetry } = client.retriesOf(`${client.registry}/${repository}@${digest}`);
  let done = 0;
  const attempts = new Attempts({
    passes: (error) => isSealiftError(error) && passing.includes(error.code),
    delaysMs: registryDelaysMs,
    jitter: true,
    position: () => done,
    cancel,
    cancelled: (cause) => new SealiftError('PUSH_CANCELLED', { cause }),
    ...(onRetry === undefined ? {} : { onRetry }),
  });
  for (;;) {
    try {
      const stream = await source.open(digest, done === 0 ? undefined : { start: done, end: size });
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        done += chunk.byteLength;
        yield chunk;
      }
      if (done >= size) return;
      throw new SealiftError('CONTENT_SHORT', { values: { digest, actualBytes: done, expectedBytes: size } });
    } catch (error) {
      await attempts.pauseAfter(error);
    }
  }
}
