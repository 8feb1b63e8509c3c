import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { isSealiftError } from '@sealift/core/errors';
import { paddingOf } from '@sealift/io/tar-block';
import { nextTarMember, type TarSource } from '@sealift/io/tar-member';
import { blobPath } from '../blob-file.ts';
import type { Descriptor } from '../descriptor.ts';
import { baseUnfit } from './base-image.ts';

/** More members than any layer has. */
const memberLimit = 2_000_000;

/**
 * Which of some file names a layer has, wherever they stand in it. Layers of this image that remove files are not looked for: an image that
 * something is made on rarely takes away what it has itself.
 *
 * @param folder of the layout that the layer is in
 * @throws IMAGE_BASE_UNFIT for a layer that cannot be read
 */
export async function namesIn(
  folder: string,
  layer: Descriptor,
  wanted: ReadonlySet<string>,
  image: string,
  cancel: AbortSignal,
): Promise<ReadonlySet<string>> {
  const refuse = (reason: string) => baseUnfit(image, `its layer ${layer.digest} cannot be read: ${reason}`);
  const stream = unpacked(createReadStream(blobPath(folder, layer.digest), { signal: cancel }), layer.mediaType);
  const cursor = new StreamCursor(stream, refuse);
  const found = new Set<string>();
  try {
    for (let members = 0; ; members += 1) {
      if (members === memberLimit) throw refuse(`it has more than ${memberLimit} files`);
      const member = await nextTarMember(cursor, refuse);
      if (member === undefined) return found;
      const name = posix.basename(member.name);
      if (wanted.has(name) && member.kind !== 'directory') found.add(name);
      const end = cursor.position + member.sizeBytes;
      await cursor.skip(member.sizeBytes + paddingOf(end));
    }
  } catch (error) {
    cancel.throwIfAborted();
    throw isSealiftError(error) ? error : refuse(error instanceof Error ? error.message : 'it is damaged');
  } finally {
    stream.destroy();
  }
}

function unpacked(stream: Readable, mediaType: string): Readable {
  if (/[.+]gzip$/.test(mediaType)) return pipeline(stream, createGunzip({ chunkSize: 256 * 1024 }), () => undefined);
  if (/[.+]zstd$/.test(mediaType))
    return pipeline(stream, createZstdDecompress({ chunkSize: 256 * 1024 }), () => undefined);
  return stream;
}

/** A tar that comes as a stream. What is skipped is not kept. */
class StreamCursor implements TarSource {
  position = 0;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #refuse: (reason: string) => Error;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable, refuse: (reason: string) => Error) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#refuse = refuse;
  }

  async read(lengthBytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    await this.#take(lengthBytes, (part) => parts.push(part));
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  async skip(lengthBytes: number): Promise<void> {
    await this.#take(lengthBytes, () => undefined);
  }

  async #take(lengthBytes: number, give: (part: Buffer) => void): Promise<void> {
    for (let left = lengthBytes; left > 0; ) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) throw this.#refuse('it ends in the middle');
        this.#rest = next.value;
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      this.position += part.length;
      left -= part.length;
      give(part);
    }
  }
}
