import type { Readable } from 'node:stream';
import type { Digest } from './digest.ts';

/** A part of a blob: `start` inclusive, `end` exclusive, in bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Somewhere blobs can be read from by digest: a layout folder, the payload of a bundle, a registry. */
export interface ContentSource {
  /** The blob's size in bytes, or undefined when it is not here. */
  size(digest: Digest): Promise<number | undefined>;
  /**
   * The blob's bytes, or a part of them. A whole blob is checked while it streams: the stream fails with
   * `CONTENT_DIGEST_MISMATCH` or `CONTENT_SHORT` before it ends, so a reader that saw the end saw the right bytes.
   */
  open(digest: Digest, range?: ByteRange): Promise<Readable>;
}
