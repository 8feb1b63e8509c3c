import type { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';

/** What a body is read from. A chunk has left when two more were asked for; its memory may be used again then. */
export type BodySource = AsyncIterable<Uint8Array>;

/**
 * Sends a body and ends the request. Stops when the exchange is over, which a refusal does before the last chunk; the source has ended when
 * this returns.
 *
 * @throws what the source fails with
 */
export async function sendChunks(
  request: ClientRequest,
  open: () => BodySource | Promise<BodySource>,
  answered: Promise<unknown>,
): Promise<void> {
  const source = await open();
  const writer = new Writer(request);
  void answered.then(() => {
    writer.stop();
    // One that waits for its own bytes would not hear otherwise that nobody wants them any more.
    if (source instanceof Readable) source.destroy();
  });
  let before: Promise<void> = Promise.resolve();
  try {
    for await (const chunk of source) {
      // One is on its way while the next is read and hashed; not more, as the memory of chunks is used again.
      const written = writer.write(chunk);
      await before;
      if (writer.stopped) return;
      before = written;
    }
    await before;
  } catch (error) {
    if (writer.stopped) return;
    throw error;
  }
  if (!writer.stopped) request.end();
}

/** Says of each chunk when it has left, or that nobody waits for it any more. */
class Writer {
  stopped = false;
  readonly #request: ClientRequest;
  /** Of the chunks on their way. A race against one promise of the end would hold something for every chunk until then. */
  readonly #waiting = new Set<() => void>();

  constructor(request: ClientRequest) {
    this.#request = request;
  }

  write(chunk: Uint8Array): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const left = (): void => {
        this.#waiting.delete(left);
        resolve();
      };
      this.#waiting.add(left);
      this.#request.write(chunk, left);
    });
  }

  stop(): void {
    this.stopped = true;
    for (const left of this.#waiting) left();
  }
}
