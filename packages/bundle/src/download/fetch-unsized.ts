import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { fileWork } from '@sealift/io/file-errors';
import { withRetry } from '@sealift/io/retry';
import { writeAll } from '@sealift/io/write-all';
import { type DownloadClient, placeOf } from './client.ts';

export interface UnsizedFetch {
  readonly client: DownloadClient;
  readonly url: URL;
  readonly path: string;
  /** The path that people are told. */
  readonly shownAs: string;
  /** Told of bytes that came; negative where they have to come again. */
  readonly onBytes: (count: number) => void;
}

/**
 * Fetches a file of which the server knows neither the size nor ranges: after a cut it comes from its beginning. Whether the end is the end,
 * the check of the bundle tells.
 *
 * @param first an answer that is there already
 */
export async function fetchUnsized(fetch: UnsizedFetch, first: IncomingMessage | undefined): Promise<void> {
  const { client, url, path, shownAs, onBytes } = fetch;
  let given = first;
  await withRetry(async () => {
    const answer = given ?? (await client.open(url));
    given = undefined;
    await using file = await fileWork(shownAs, () => open(path, 'w', 0o644));
    let position = 0;
    try {
      for await (const chunk of client.bytesOf(answer, placeOf(url))) {
        const at = position;
        await fileWork(shownAs, () => writeAll(file, chunk, at));
        position += chunk.byteLength;
        onBytes(chunk.byteLength);
      }
      await fileWork(shownAs, () => file.datasync());
    } catch (error) {
      answer.destroy();
      onBytes(-position);
      throw error;
    }
  }, client.retryRules(url));
}
