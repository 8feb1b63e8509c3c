import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { reasonOf } from '@sealift/core/reason-of';

/** What a hashing thread is told. The second kind is answered. */
export type ToHashThread =
  /** These bytes of this file have been written. */
  | { readonly kind: 'written'; readonly fd: number; readonly start: number; readonly end: number }
  /** Answer with the digest of everything told before, and begin anew. */
  | { readonly kind: 'digest' };

export type FromHashThread =
  | { readonly kind: 'digest'; readonly hex: string }
  | { readonly kind: 'failed'; readonly reason: string };

const bufferBytes = 1024 * 1024;

/** The program of a hashing thread: reads what has been written, so that nothing is copied from thread to thread. */
function serve(port: NonNullable<typeof parentPort>, algorithm: string): void {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes);
  let hash = createHash(algorithm);
  const tell = (message: FromHashThread): void => port.postMessage(message);
  port.on('message', (message: ToHashThread) => {
    try {
      if (message.kind === 'digest') {
        tell({ kind: 'digest', hex: hash.digest('hex') });
        hash = createHash(algorithm);
      } else {
        for (let at = message.start; at < message.end; ) {
          const count = readSync(message.fd, buffer, 0, Math.min(bufferBytes, message.end - at), at);
          if (count === 0) throw new Error(`it ends after ${at} bytes, before what was written to it`);
          hash.update(buffer.subarray(0, count));
          at += count;
        }
      }
    } catch (error) {
      tell({ kind: 'failed', reason: reasonOf(error) });
    }
  });
}

if (parentPort !== null) serve(parentPort, String(workerData));
