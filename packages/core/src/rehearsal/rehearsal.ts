import { z } from 'zod';
import { packVersionSchema } from '../pack/pack.ts';
import { lineSchema } from '../api/access.ts';

/**
 * What a rehearsal finds.
 *
 * - `exits`: the other API server ends by itself when it starts; `never-ready`: it runs and never serves.
 * - `orphan`: an object stays in etcd out of reach of the API; `unreadable`: a kind is served and cannot be listed.
 * - `unwritable`: an object cannot be written as it is, or made once more.
 * - `dropped-field`: a field that is shown now is not shown there, and is lost with the next write; `changed-field`: it has another value there.
 */
export const findingKinds = [
  'exits',
  'never-ready',
  'orphan',
  'unreadable',
  'unwritable',
  'dropped-field',
  'changed-field',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** What a person has to know before the control plane is taken to another version of Kubernetes, or back. */
export const rehearsalFindingSchema = z.object({
  kind: z.enum(findingKinds),
  /** For a person: `HorizontalPodAutoscaler.autoscaling default/web`, or the program. */
  object: z.string(),
  text: z.string(),
  remedy: z.string(),
  /** How many further objects of its kind have the same. */
  more: z.int().nonnegative(),
});
export type RehearsalFinding = z.infer<typeof rehearsalFindingSchema>;

/** One minor that a control plane crosses. */
export const rehearsalLegSchema = z.object({
  /** The version that serves before it, such as `1.36.3`. */
  from: packVersionSchema,
  to: packVersionSchema,
  /** Whether it serves its own minor, or still the one of `from`. */
  native: z.boolean(),
  /** Whether it is taken back again, on the copy that the new one has served. */
  andBack: z.boolean(),
});
export type RehearsalLeg = z.infer<typeof rehearsalLegSchema>;

/** As many findings of one way are kept; what many objects of a kind have in common is one. */
export const mostFindings = 200;

/** One way across a minor: there, or back. */
export const rehearsedWaySchema = z.object({
  way: z.enum(['forward', 'back']),
  /** Versions of the programs that were started, such as `v1.37.2`. */
  running: z.string(),
  other: z.string(),
  /** The minor that the other one emulated. */
  emulated: z.string().nullable(),
  /** Whether the other one served, so that objects were looked at. */
  served: z.boolean(),
  objects: z.int().nonnegative(),
  written: z.int().nonnegative(),
  findings: z.array(rehearsalFindingSchema).max(mostFindings),
  /** All that there were. */
  found: z.int().nonnegative(),
  /** What nobody looked at, in words. */
  unlooked: z.array(z.string()),
});
export type RehearsedWay = z.infer<typeof rehearsedWaySchema>;

/** A rehearsal of an upgrade's minors on a copy of the cluster. */
export const upgradeRehearsalSchema = z.object({
  state: z.enum(['running', 'ended', 'failed']),
  by: lineSchema,
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  /** What is being done, or was done last. */
  stage: z.string(),
  legs: z.array(rehearsalLegSchema),
  /** Names how the cluster was set up when the copy was taken; null where it was not. */
  cluster: z.string().nullable(),
  ways: z.array(rehearsedWaySchema),
  failure: z.object({ message: z.string(), hint: z.string() }).nullable(),
});
export type UpgradeRehearsal = z.infer<typeof upgradeRehearsalSchema>;
