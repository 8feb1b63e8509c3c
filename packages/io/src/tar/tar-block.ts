/** What a tar is made of: headers and content begin on a block (POSIX.1-2017, pax, "ustar Interchange Format"). */
export const blockBytes = 512;

/** Bytes of zeros behind content of this size, up to the next block. */
export function paddingOf(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
}
