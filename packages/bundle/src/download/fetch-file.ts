import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { mapAtOnce } from '@sealift/io/map-at-once';
import { Attempts } from '@sealift/io/retry';
import { demandSame, factsOf } from './answer-facts.ts';
import { failed, placeOf } from './client.ts';
import { fetchRange, type FileFetch, wrongLimit, wrongRange } from './fetch-range.ts';

/**
 * Fetches what is missing of a file: ranges, so many at a time; from a server without ranges all of it, past what is there already.
 *
 * @param first an answer to the request for the first missing range
 * @throws DOWNLOAD_*, FILE_UNWRITABLE, CANCELLED
 */
export async function fetchFile(fetch: FileFetch, connections: number, first?: IncomingMessage): Promise<void> {
  const [probe, ...others] = fetch.target.missing;
  if (probe === undefined) {
    first?.destroy();
    return;
  }
  // One alone finds out whether the server knows ranges: of one that does not, each would bring all of the file.
  let whole = await fetchRange(fetch, probe, first);
  try {
    if (whole === undefined) {
      await mapAtOnce(others, connections, async (index) => {
        if (whole !== undefined) return;
        const answer = await fetchRange(fetch, index);
        // One of several machines behind a name may know none.
        if (answer !== undefined && whole !== undefined) answer.destroy();
        else whole = answer ?? whole;
      });
    }
    if (whole !== undefined) await fetchWhole(fetch, whole);
  } finally {
    whole?.destroy();
  }
}

/** Reads the whole file in a stream and keeps the ranges of it that are missing. */
async function fetchWhole(fetch: FileFetch, first: IncomingMessage): Promise<void> {
  const { client, url, target } = fetch;
  const place = placeOf(url);
  const { sizeBytes, ranges, validator } = target.wanted;
  const wrong = new Map<number, number>();
  let farthest = 0;
  let given: IncomingMessage | undefined = first;
  const attempts = new Attempts(client.retryRules(url, () => farthest));
  while (!target.isWhole) {
    try {
      const answer = given ?? (await client.open(url, wrong.size > 0 ? { 'cache-control': 'no-cache' } : {}));
      given = undefined;
      const pass = new Pass(fetch, wrong);
      try {
        demandSame(
          factsOf(answer, place),
          { sizeBytes, validator: ranges === undefined ? validator : undefined },
          place,
        );
        for await (const chunk of client.bytesOf(answer, place, sizeBytes)) {
          await pass.take(chunk);
          farthest = Math.max(farthest, pass.position);
          if (target.isWhole) return;
        }
      } finally {
        pass.giveUp();
        if (!answer.readableEnded) answer.destroy();
      }
      if (pass.position < sizeBytes) throw failed(place, `it ended after ${pass.position} of ${sizeBytes} bytes`);
    } catch (error) {
      await attempts.pauseAfter(error);
    }
  }
}

/** One reading of the whole file. */
class Pass {
  position = 0;
  readonly #fetch: FileFetch;
  /** By range, how often it came otherwise than it was signed. */
  readonly #wrong: Map<number, number>;
  #hash: Hash = createHash('sha256');
  /** Of the range that is being read. */
  #came = 0;

  constructor(fetch: FileFetch, wrong: Map<number, number>) {
    this.#fetch = fetch;
    this.#wrong = wrong;
  }

  async take(chunk: Uint8Array): Promise<void> {
    const { target } = this.#fetch;
    for (let at = 0; at < chunk.byteLength && this.position < target.wanted.sizeBytes; ) {
      const index = Math.floor(this.position / target.wanted.rangeBytes);
      const { end } = target.rangeAt(index);
      const part = chunk.subarray(at, at + end - this.position);
      if (!target.has(index)) await this.#write(part);
      at += part.byteLength;
      this.position += part.byteLength;
      if (this.position === end && this.#came > 0) await this.#close(index);
    }
  }

  /** A range that has not come in whole has to come again. */
  giveUp(): void {
    this.#fetch.onBytes(-this.#came);
    this.#came = 0;
  }

  async #write(part: Uint8Array): Promise<void> {
    await this.#fetch.target.write(part, this.position);
    this.#hash.update(part);
    this.#came += part.byteLength;
    this.#fetch.onBytes(part.byteLength);
  }

  async #close(index: number): Promise<void> {
    const { target, url } = this.#fetch;
    const sha256 = this.#hash.digest('hex');
    this.#hash = createHash('sha256');
    const expected = target.wanted.ranges?.[index];
    if (expected === undefined || expected === sha256) {
      this.#came = 0;
      await target.keep(index, sha256);
      await this.#fetch.onRange?.(index);
      return;
    }
    const times = (this.#wrong.get(index) ?? 0) + 1;
    this.#wrong.set(index, times);
    this.giveUp();
    if (times >= wrongLimit) throw wrongRange(this.#fetch, index, placeOf(url));
  }
}
