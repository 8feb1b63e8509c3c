import { z } from 'zod';

const bytes = z.int().nonnegative();
const count = z.int().nonnegative();

/** A release by product and version. */
export const releaseNameSchema = z.object({ product: z.string().min(1).max(200), version: z.string().min(1).max(200) });
export type ReleaseName = z.infer<typeof releaseNameSchema>;

/** A clean-up of the embedded registry: what it removed, or would (`dryRun`). */
export const cleanUpReportSchema = z.object({
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  dryRun: z.boolean(),
  /** Releases older than the previous one that went, with what only they needed. */
  releases: z.array(releaseNameSchema),
  manifests: count,
  /** The first thousand of the manifests. */
  removed: z.array(z.object({ repository: z.string(), digest: z.string(), tags: z.array(z.string()) })),
  blobs: count,
  uploads: count,
  freedBytes: bytes,
  keptBlobs: count,
});
export type CleanUpReport = z.infer<typeof cleanUpReportSchema>;

/** A scrub of the embedded registry: everything read and compared with its digest. */
export const scrubReportSchema = z.object({
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  checked: count,
  checkedBytes: bytes,
  /** Digests of what was damaged and put aside; pushing it again mends the registry. */
  damaged: z.array(z.string()),
  complete: z.boolean(),
});
export type ScrubReport = z.infer<typeof scrubReportSchema>;

/** `GET /api/v1/registry-care`: how the embedded registry is looked after. */
export const registryCareSchema = z.object({
  usedBytes: bytes,
  running: z.enum(['clean-up', 'scrub']).nullable(),
  /** Releases that no clean-up removes, however old. */
  keptReleases: z.array(releaseNameSchema),
  lastCleanUp: cleanUpReportSchema.nullable(),
  lastScrub: scrubReportSchema.nullable(),
  /** The last one that failed, unless the same succeeded since. */
  lastFailure: z.object({ task: z.enum(['clean-up', 'scrub']), at: z.iso.datetime(), message: z.string() }).nullable(),
});
export type RegistryCareState = z.infer<typeof registryCareSchema>;

/** `POST /api/v1/registry-care/clean-up` answers 202; the report follows in `lastCleanUp`. */
export const cleanUpRequestSchema = z.object({
  /** Only say what would go. */
  dryRun: z.boolean().default(false),
  /** Also remove releases older than the previous one. */
  superseded: z.boolean().default(false),
});
export type CleanUpRequest = z.infer<typeof cleanUpRequestSchema>;

/** `PUT /api/v1/registry-care/kept-releases`: the whole list. */
export const keptReleasesSchema = z.object({ releases: z.array(releaseNameSchema).max(100) });
