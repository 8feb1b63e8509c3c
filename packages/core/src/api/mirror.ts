import { z } from 'zod';
import { registryNameSchema } from './registries.ts';

/** A repository of the source by the name that it has there; `*` stands for any text, `?` for one character. */
const repositoryPattern = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-z0-9._/*?-]+$/, 'a repository name, with * and ? for what may be anything');

/**
 * `POST /api/v1/registry-mirror`: brings content of one registry of the console to another. Without versions and repositories, all releases and
 * packs that the source has markers of.
 */
export const mirrorRequestSchema = z
  .object({
    from: registryNameSchema,
    to: registryNameSchema,
    /** Versions of releases. */
    versions: z.array(z.string().min(1).max(100)).max(100).default([]),
    repositories: z.array(repositoryPattern).max(100).default([]),
    /** Only looks what the target lacks. */
    dryRun: z.boolean().default(false),
  })
  .refine(({ versions, repositories }) => versions.length === 0 || repositories.length === 0, {
    path: ['repositories'],
    message: 'give versions of releases or repositories, not both',
  });
export type MirrorRequest = z.output<typeof mirrorRequestSchema>;

/** What was, is or will be mirrored: a release or a pack with all that it pins, or a part of a repository. */
export const mirroredSchema = z.object({
  name: z.string(),
  /** `lacking` by a dry run only: the target has not all of it. */
  state: z.enum(['waiting', 'running', 'mirrored', 'present', 'lacking', 'failed']),
  /** Why it failed. */
  problem: z.object({ code: z.string(), detail: z.string(), hint: z.string() }).optional(),
});

/** `GET /api/v1/registry-mirror`: the mirror under way, or the last one. */
export const mirrorStateSchema = z.object({
  state: z.enum(['never', 'running', 'succeeded', 'failed', 'cancelled']),
  from: z.string(),
  to: z.string(),
  dryRun: z.boolean(),
  startedBy: z.string(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  /** What it is doing or came to, for people. */
  message: z.string(),
  /** Everything that was asked for, in its order. */
  parts: z.array(mirroredSchema),
  /** Of the part under way, in bytes: what the target has, of how much. */
  doneBytes: z.int().nonnegative(),
  totalBytes: z.int().nonnegative(),
  /** The blobs that were sent, in bytes. */
  sentBytes: z.int().nonnegative(),
  /** In a dry run, what the target lacks, in bytes; what several parts need counts once for each. */
  lackingBytes: z.int().nonnegative(),
  /** Blobs that were sent, that the target had in another repository, that were there already, and, in a dry run, that it lacks. */
  blobs: z.object({
    sent: z.int().nonnegative(),
    mounted: z.int().nonnegative(),
    present: z.int().nonnegative(),
    lacking: z.int().nonnegative(),
  }),
});
export type MirrorState = z.infer<typeof mirrorStateSchema>;
