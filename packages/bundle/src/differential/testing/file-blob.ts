import { digestOf } from '@sealift/oci/digest';
import type { RandomBlob } from '../disk/make-disk-recipe.ts';
import { inPieces } from './sample-content.ts';

/** Content in memory that can be read in any way. */
export function randomBlobOf(content: Buffer): RandomBlob {
  const read = (offset: number, length: number): Promise<Buffer> =>
    Promise.resolve(Buffer.from(content.subarray(offset, offset + length)));
  return { digest: digestOf(content), size: content.length, open: () => inPieces(content), read };
}
