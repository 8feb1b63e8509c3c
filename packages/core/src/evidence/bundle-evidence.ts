import { z } from 'zod';

/** An evidence record names at most this many entries of a bundle. */
export const maxEvidenceContents = 10_000;

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits');
const text = (maxLength: number) => z.string().max(maxLength);

/**
 * That every byte of a bundle was checked: what it was, by which key it is signed, what it holds, and who checked it when.
 * `sealift bundle verify --json` and a bundle run with `--check --json` print it; an upload keeps it in the audit log. It states only what was
 * found whole: a check that fails ends with an error instead.
 */
export const bundleEvidenceSchema = z.strictObject({
  kind: z.literal('sealift-bundle-check'),
  formatVersion: z.literal(1),
  verified: z.literal(true),
  bundle: z.strictObject({
    /** As it was given to the command. */
    path: text(4096),
    kind: z.enum(['release', 'pack', 'tool']),
    product: text(128),
    version: text(128),
    /** Of the whole file, or of all parts together. */
    sizeBytes: z.int().nonnegative(),
    /** Files behind the signature. */
    members: z.int().nonnegative(),
    /** How many files it lies in: 1 unless it was split. */
    parts: z.int().positive(),
    /** Of the whole file, or of all parts one behind the other. */
    sha256: sha256Hex,
    /** Of `bundle.json`, which states the SHA-256 of everything else: identifies the content by itself. */
    manifestSha256: sha256Hex,
    /** What a differential bundle builds on. */
    differential: z
      .strictObject({
        base: text(512),
        needs: z.int().nonnegative(),
        needsBytes: z.int().nonnegative(),
        recipes: z.int().nonnegative(),
      })
      .optional(),
  }),
  signedBy: z.strictObject({ keyId: text(64), fingerprint: text(128), trustedComment: text(2048) }),
  /** The entries of the layout inside, in its order: release marker, packs, images, node image, tools. */
  contents: z
    .array(
      z.strictObject({
        name: text(512),
        kind: z.enum(['release', 'pack', 'image', 'node-image', 'executable', 'tool', 'other']),
        digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a SHA-256 digest'),
      }),
    )
    .max(maxEvidenceContents),
  /** How many entries there are, where `contents` does not hold all. */
  contentsTotal: z.int().nonnegative(),
  /** When the check began. */
  at: z.iso.datetime(),
  durationMs: z.int().nonnegative(),
  by: z.strictObject({
    /** Version of the sealift that checked. */
    sealift: text(64),
    host: text(256),
    user: text(256),
  }),
});
export type BundleEvidence = z.infer<typeof bundleEvidenceSchema>;
