import { Readable } from 'node:stream';
import type { ByteRange, ContentSource } from '@sealift/oci/content';
import { type Digest, digestOf } from '@sealift/oci/digest';
import { inPieces } from './sample-content.ts';

/** Blobs in memory that count how often they are opened. */
export class MemoryContent implements ContentSource {
  readonly #blobs = new Map<Digest, Buffer>();
  opened = 0;

  /** @param held what is there under the content's digest: other bytes, when it was damaged */
  add(content: Buffer, held: Buffer = content): { source: ContentSource; digest: Digest; size: number } {
    this.#blobs.set(digestOf(content), held);
    return { source: this, digest: digestOf(content), size: content.length };
  }

  size(digest: Digest): Promise<number | undefined> {
    return Promise.resolve(this.#blobs.get(digest)?.length);
  }

  open(digest: Digest, range?: ByteRange): Promise<Readable> {
    this.opened += 1;
    const content = this.#blobs.get(digest) ?? Buffer.alloc(0);
    const part = content.subarray(range?.start ?? 0, range?.end ?? content.length);
    return Promise.resolve(Readable.from(inPieces(part, 64_000), { objectMode: false }));
  }
}
