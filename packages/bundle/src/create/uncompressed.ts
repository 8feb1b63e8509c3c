import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { walk } from '@sealift/oci/walk';
import type { Digest } from '@sealift/oci/digest';
import type { ContentSet } from './content-set.ts';
import type { CollectedImage } from './images.ts';

/** Of a layer this much is compressed to see what compression would save, in bytes: enough to tell text from noise. */
const sampleBytes = 4 * 1024 * 1024;
/** What saves less, in bytes, is not worth a word. */
const leastSavedBytes = 1024 * 1024;

/** The layers of one image that are plain tars, and what gzip would save. */
export interface UncompressedImage {
  readonly name: string;
  readonly layers: number;
  readonly sizeBytes: number;
  /** As the begin of each layer compresses. */
  readonly savedBytes: number;
}

/** Finds images whose layers would be much smaller compressed, as `docker save` leaves them; the largest saving first. */
export async function findUncompressed(
  content: ContentSet,
  images: readonly CollectedImage[],
): Promise<readonly UncompressedImage[]> {
  const found: UncompressedImage[] = [];
  // A layer that several images share is counted for the first.
  const seen = new Set<Digest>();
  for (const { name, descriptor } of images) {
    const { blobs } = await walk(content, descriptor.digest, descriptor.mediaType);
    const plain = blobs.filter(({ mediaType, digest }) => mediaType.endsWith('.tar') && !seen.has(digest));
    let savedBytes = 0;
    for (const { digest, size } of plain) {
      seen.add(digest);
      savedBytes += Math.round(size * (await savedShare(content.open(digest))));
    }
    const sizeBytes = plain.reduce((sum, { size }) => sum + size, 0);
    if (savedBytes >= leastSavedBytes) found.push({ name, layers: plain.length, sizeBytes, savedBytes });
  }
  return found.toSorted((a, b) => b.savedBytes - a.savedBytes);
}

async function savedShare(opened: AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>): Promise<number> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of await opened) {
    // A chunk holds only until the next is asked for.
    parts.push(Uint8Array.from(chunk.subarray(0, sampleBytes - total)));
    total += parts.at(-1)?.byteLength ?? 0;
    if (total >= sampleBytes) break;
  }
  if (total === 0) return 0;
  const compressed = await promisify(gzip)(Buffer.concat(parts));
  return Math.max(0, 1 - compressed.byteLength / total);
}
