/**
 * Bounds of a pack, kept when writing and demanded when reading. Public packs are below 1 MiB; charts are limited by what
 * a cluster can store of them. What is larger is content, and belongs into an image.
 */
export const packLimits = {
  entries: 10_000,
  /** All files of the pack together, uncompressed. */
  totalBytes: 64 * 1024 * 1024,
  packJsonBytes: 1_000_000,
  /** values.yaml, presets.yaml and schemas. */
  textBytes: 10_000_000,
  pathLength: 500,
  pathDepth: 20,
} as const;
