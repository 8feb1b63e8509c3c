import { canonicalJson } from '@sealift/core/canonical-json';
import { packVersionSchema } from '@sealift/core/pack-names';
import { z } from 'zod';
import { placedBlobSchema } from '../differential/section.ts';

/** The index of a published folder; its signature in minisign's format is beside it, with `.minisig` behind the name. */
export const indexName = 'sealift-releases.json';
/** Where the descriptions are that the index names by digest, below the published folder. */
export const descriptionsFolder = 'sealift-releases';
export const maxIndexBytes = 16 * 1024 * 1024;
/** Of a bundle of 1 TiB in ranges of 8 MiB, or one that needs 100,000 blobs. */
export const maxDescriptionBytes = 64 * 1024 * 1024;
/** How large the ranges are that a publisher hashes, in bytes. */
export const publishedRangeBytes = 8 * 1024 * 1024;

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits');
const sizeBytes = z.int().nonnegative();
/** A name that is the same in every file system and stands in a URL as it is; it can't lead anywhere. */
export const publishedNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,200}$/, 'letters, digits, and ._+- behind the first of them');

const entrySchema = z.strictObject({
  /** Of the file that is run; the name of every other file of the bundle begins with it. */
  name: publishedNameSchema,
  kind: z.enum(['release', 'pack', 'tool']),
  /** Of a pack its name. */
  product: z.string().regex(/^[A-Za-z][A-Za-z0-9._ -]{0,127}$/),
  version: packVersionSchema,
  /** Of all files of the bundle together. */
  sizeBytes,
  /** Only of a differential bundle: what it builds on, for people. */
  base: z.string().min(1).max(500).optional(),
  description: z.strictObject({ sha256: sha256Hex, sizeBytes: sizeBytes.max(maxDescriptionBytes) }),
});
/** A bundle of a published folder. */
export type PublishedBundle = z.infer<typeof entrySchema>;

const indexSchema = z.strictObject({
  kind: z.literal('sealift-releases'),
  formatVersion: z.literal(1),
  /** Rises with every change: an index with a lower one is an old state. Seconds since 1970 where nothing forbids it. */
  serial: z.int().positive(),
  bundles: z.array(entrySchema).max(10_000),
});
/** What `sealift-releases.json` says. */
export type PublishedIndex = z.infer<typeof indexSchema>;

const fileSchema = z.strictObject({
  name: publishedNameSchema,
  sizeBytes: sizeBytes.positive(),
  sha256: sha256Hex,
  /** The SHA-256 of each range, in order; the last may be shorter. */
  ranges: z.array(sha256Hex).min(1).max(1_000_000),
});
/** A file of a bundle, and what its bytes must be. */
export type PublishedFile = z.infer<typeof fileSchema>;

const descriptionSchema = z.strictObject({
  kind: z.literal('sealift-bundle-description'),
  formatVersion: z.literal(1),
  rangeBytes: z
    .int()
    .min(64 * 1024)
    .max(256 * 1024 * 1024),
  /** The file that is run first; then its parts and signatures. */
  files: z.array(fileSchema).min(1).max(1100),
  /** Only of a differential bundle: the blobs that have to be at the target. */
  needs: z.array(placedBlobSchema).max(100_000).optional(),
});
/** What the index leaves to a file of its own, so that it stays small itself: how the bytes of one bundle must be. */
export type BundleDescription = z.infer<typeof descriptionSchema>;

/** The text that is signed: canonical JSON. */
export function formatIndex(serial: number, bundles: readonly PublishedBundle[]): string {
  return canonicalJson({ kind: 'sealift-releases', formatVersion: 1, serial, bundles: [...bundles] });
}

export function formatDescription(description: Omit<BundleDescription, 'kind' | 'formatVersion'>): string {
  return canonicalJson({ kind: 'sealift-bundle-description', formatVersion: 1, ...description });
}

/** An index, or in words why it is none. */
export function parseIndex(text: string): PublishedIndex | string {
  const index = parse(text, indexSchema);
  if (typeof index === 'string') return index;
  const names = new Set(index.bundles.map(({ name }) => name));
  return names.size === index.bundles.length ? index : 'it names a bundle twice';
}

/** A description, or in words why it is none of the bundle. */
export function parseDescription(text: string, bundle: PublishedBundle): BundleDescription | string {
  const description = parse(text, descriptionSchema);
  if (typeof description === 'string') return description;
  const { files, rangeBytes, needs } = description;
  const names = new Set(files.map(({ name }) => name));
  if (names.size !== files.length || files[0]?.name !== bundle.name) return 'its files are not those of the bundle';
  if (files.some(({ name }) => !name.startsWith(bundle.name))) return 'a file has another name than its bundle';
  const wrong = files.find((file) => file.ranges.length !== Math.ceil(file.sizeBytes / rangeBytes));
  if (wrong !== undefined) return `the ranges of ${wrong.name} do not add up to its size`;
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (total !== bundle.sizeBytes) return 'its files do not add up to the size of the bundle';
  return (needs === undefined) === (bundle.base === undefined) ? description : 'it tells otherwise what is needed';
}

function parse<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  const found = z.looseObject({ formatVersion: z.int() }).safeParse(value).data?.formatVersion;
  if (found !== undefined && found > 1) return `it has format version ${found}, and this sealift reads version 1`;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`;
}
