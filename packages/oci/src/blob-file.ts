import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { makeFolder } from '@sealift/io/make-folder';
import { fileWork } from '@sealift/io/file-errors';
import { PendingFile } from '@sealift/io/pending-file';
import { type Digest, parseDigest } from './digest.ts';
import { ContentCheck } from './verify-stream.ts';

/** What a blob turned out to be. */
export interface WrittenBlob {
  readonly digest: Digest;
  readonly size: number;
}

/** A blob's place below a folder of an OCI image layout (image-layout.md): only ever derived from a checked digest. */
export function blobPath(folder: string, digest: Digest): string {
  return join(folder, 'blobs', 'sha256', parseDigest(digest).slice('sha256:'.length));
}

/**
 * Writes a blob into `<folder>/blobs/sha256/`, hashing while it streams. The file appears under its name only when it is
 * whole, right and on the disk; a failure leaves nothing.
 *
 * @throws CONTENT_SHORT, CONTENT_LONG, CONTENT_DIGEST_MISMATCH when it is not what was expected; FILE_UNWRITABLE
 */
export async function writeBlobFile(
  folder: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  expected: { readonly digest?: Digest | undefined; readonly size?: number | undefined } = {},
): Promise<WrittenBlob> {
  const blobs = join(folder, 'blobs', 'sha256');
  await fileWork(blobs, async () => makeFolder(blobs));
  // Not among the blobs: whoever lists those must find nothing else.
  await using file = await PendingFile.create(join(folder, 'blobs'));
  const { digest } = expected;
  const check = digest === undefined ? undefined : new ContentCheck({ digest, size: expected.size });
  const hash = check === undefined ? createHash('sha256') : undefined;
  let size = 0;
  for await (const chunk of chunks) {
    check?.update(chunk);
    hash?.update(chunk);
    size += chunk.byteLength;
    await file.write(chunk);
  }
  check?.end();
  const written: WrittenBlob = { digest: digest ?? `sha256:${hash?.digest('hex') ?? ''}`, size };
  await file.commit(blobPath(folder, written.digest));
  return written;
}
