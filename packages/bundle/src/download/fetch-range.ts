import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SealiftError } from '@sealift/core/errors';
import { Attempts } from '@sealift/io/retry';
import { demandSame, factsOf } from './answer-facts.ts';
import { type DownloadClient, failed, placeOf, refused } from './client.ts';
import type { PartialFile } from './partial-file.ts';

/** A file on a server, and where it goes. */
export interface FileFetch {
  readonly client: DownloadClient;
  readonly url: URL;
  readonly target: PartialFile;
  /** Told of bytes that came and are wanted; negative where they have to come again. */
  readonly onBytes: (count: number) => void;
  /** Told of each range that is there and right; what it fails with ends the download. */
  readonly onRange?: (index: number) => Promise<void>;
}

/** How often a range may come otherwise than it was signed. */
export const wrongLimit = 3;

/**
 * Fetches a range. Where the line is cut it goes on at the byte where it stopped; a range that is not what was signed is fetched again.
 *
 * @param first an answer to the request for this range that is there already
 * @returns an answer with the whole file where the server does not heed ranges; the caller has it then, and the range is still missing
 * @throws DOWNLOAD_*, FILE_UNWRITABLE, CANCELLED
 */
export async function fetchRange(
  fetch: FileFetch,
  index: number,
  first?: IncomingMessage,
): Promise<IncomingMessage | undefined> {
  const { target, url, onBytes } = fetch;
  const { start, end } = target.rangeAt(index);
  const expected = target.wanted.ranges?.[index];
  let given = first;
  for (let wrong = 0; wrong < wrongLimit; wrong += 1) {
    const came = await fetchOnce(fetch, index, wrong > 0, given);
    given = undefined;
    if (typeof came !== 'string') return came;
    if (expected === undefined || came === expected) {
      await target.keep(index, came);
      await fetch.onRange?.(index);
      return undefined;
    }
    onBytes(start - end);
  }
  throw wrongRange(fetch, index, placeOf(url));
}

/** The error for a range that never came as it was signed. */
export function wrongRange({ target }: FileFetch, index: number, place: string): SealiftError {
  const { start, end } = target.rangeAt(index);
  const file = place.slice(place.lastIndexOf('/') + 1);
  return new SealiftError('DOWNLOAD_RANGE_WRONG', {
    values: { file, from: start, to: end - 1, times: wrongLimit },
    place,
  });
}

/** @returns the SHA-256 of what came, or the answer of a server without ranges */
async function fetchOnce(
  { client, url, target, onBytes }: FileFetch,
  index: number,
  isAgain: boolean,
  first: IncomingMessage | undefined,
): Promise<string | IncomingMessage> {
  const place = placeOf(url);
  const { start, end } = target.rangeAt(index);
  const { sizeBytes, ranges, validator } = target.wanted;
  const hash = createHash('sha256');
  let position = start;
  const attempts = new Attempts(client.retryRules(url, () => position));
  let given = first;
  const ask = (): Promise<IncomingMessage> =>
    client.open(url, {
      range: `bytes=${position}-${end - 1}`,
      // A cache on the way must not give the same wrong bytes again.
      ...(isAgain ? { 'cache-control': 'no-cache' } : {}),
    });
  while (position < end) {
    try {
      const answer = given ?? (await ask());
      given = undefined;
      try {
        const facts = factsOf(answer, place);
        demandSame(facts, { sizeBytes, validator: ranges === undefined ? validator : undefined }, place);
        if (facts.part === undefined) {
          onBytes(start - position);
          return answer;
        }
        if (facts.part.start !== position || facts.part.end > end)
          throw refused(place, 'it answers with another range');
      } catch (error) {
        answer.destroy();
        throw error;
      }
      for await (const chunk of client.bytesOf(answer, place, end - position)) {
        if (position + chunk.byteLength > end) throw refused(place, 'it sends more than was asked for');
        await target.write(chunk, position);
        hash.update(chunk);
        position += chunk.byteLength;
        onBytes(chunk.byteLength);
      }
      if (position < end) throw failed(place, `it ended after ${position} bytes`);
    } catch (error) {
      await attempts.pauseAfter(error);
    }
  }
  return hash.digest('hex');
}
