import { z } from 'zod';
import type { Migration } from '../release/release.ts';
import { sourceRangeSchema } from './source-range.ts';
import type { TextTree } from './tree.ts';

/** A path element: a mapping key, a list item's identity such as `{"name":"x"}`, or its index in base. */
export const pathElementSchema = z.union([z.string(), z.int().nonnegative(), z.record(z.string(), z.unknown())]);
export type PathElement = z.infer<typeof pathElementSchema>;
/** Where in the document; the first element of a file of several documents is the document's index. */
export const mergePathSchema = z.array(pathElementSchema).max(1000);
export type MergePath = z.infer<typeof mergePathSchema>;

export const decisionKinds = [
  'kept-custom',
  'taken-incoming',
  'added-by-site',
  'added-by-release',
  'removed-by-site',
  'removed-by-release',
  'same-change',
  'moved',
  'conflict',
] as const;
export const decisionKindSchema = z.enum(decisionKinds);
export type DecisionKind = z.infer<typeof decisionKindSchema>;

/** A value in one of the three texts; absent from the object when the path is not there. */
export const sideSchema = z.object({ value: z.unknown(), source: z.string(), range: sourceRangeSchema });
export type Side = z.infer<typeof sideSchema>;

/** What became of one path that differs anywhere, and in one sentence why. */
export const decisionSchema = z.object({
  path: mergePathSchema,
  kind: decisionKindSchema,
  base: sideSchema.optional(),
  current: sideSchema.optional(),
  incoming: sideSchema.optional(),
  reason: z.string(),
  /** Secrets in it read `***`: it is made for a screen or a log. */
  masked: z.literal(true).optional(),
  /** The choice that settled a conflict here, when one was given. */
  resolvedBy: z.enum(['current', 'incoming', 'base', 'value']).optional(),
  /** For `moved`: the path in base that the release moved here. */
  movedFrom: mergePathSchema.optional(),
});
export type Decision = z.infer<typeof decisionSchema>;

/** Of a value of one's own: the largest file that a ConfigMap can hold, indented. */
const longestValue = 2_000_000;

/** Settles the conflict at `path`: take a side, or a value of one's own (YAML text). */
export const resolutionSchema = z.union([
  z.object({ path: mergePathSchema, take: z.enum(['current', 'incoming', 'base']) }),
  z.object({ path: mergePathSchema, value: z.string().max(longestValue) }),
]);
export type Resolution = z.infer<typeof resolutionSchema>;

/** The members that identify the items of a list, as a pack's schema declares them (`x-kubernetes-list-map-keys`). */
export interface ListKeys {
  // Not a docstring: the example would end it.
  // Keys joined by `/`, with `*` for an item of a list: charts/app/containers/*/ports
  readonly path: string;
  readonly keys: readonly string[];
}

export interface MergeInput {
  /** The old release's default values. */
  readonly base: string;
  /** What the site runs. */
  readonly current: string;
  /** The new release's default values. */
  readonly incoming: string;
  readonly resolutions?: readonly Resolution[];
  /** The release's migrations of this pack's values. */
  readonly migrations?: readonly Migration[];
  /** The two packs' `presets.yaml`: what a preset that the site switched on changes is no customisation. */
  readonly presets?: { readonly base: string; readonly incoming: string };
  /** Identities of list items that the pack's schema declares; they come before the known ones. */
  readonly listKeys?: readonly ListKeys[];
}

export interface MergeResult {
  /** No conflict is left open. */
  readonly clean: boolean;
  /** The merged text; at an open conflict it holds the current value. */
  readonly text: string;
  /** Every path that differs anywhere, conflicts too, in document order. */
  readonly decisions: readonly Decision[];
  /** The decisions of kind `conflict` that no resolution settled. */
  readonly conflicts: readonly Decision[];
  /** Resolutions that named no path with a decision: nothing differs there any more. */
  readonly unusedResolutions: readonly Resolution[];
  /** The three texts as they were read, with what migrations and presets made of them. */
  readonly trees: MergedTrees;
}

/** What was read of the texts of a merge. */
export interface MergedTrees {
  readonly base: TextTree;
  readonly current: TextTree;
  readonly incoming: TextTree;
}
