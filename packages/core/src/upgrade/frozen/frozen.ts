import { z } from 'zod';
import { type AcceptedRisk, acceptedRiskSchema } from '../../check/accepted-risk.ts';
import { layerNameSchema, packNameSchema, packVersionSchema } from '../../pack/pack.ts';
import { digestSchema } from '../../release/digest.ts';
import { readRecord } from '../../schema/record.ts';
import { upgradeFormat as format } from '../format/format.ts';
import { planSchema } from '../plan/plan.ts';

/** The text that a layer will run after a hop. */
export const mergedLayerSchema = z.object({
  layer: layerNameSchema,
  pack: packNameSchema,
  version: packVersionSchema,
  digest: digestSchema,
  values: z.string(),
  /** Digest of the text that the merge took as its base: the defaults that the site's values were written against. */
  base: digestSchema,
});
export type MergedLayer = z.infer<typeof mergedLayerSchema>;

/** What a failure does that stops the upgrade: it waits for a person, or what was done is taken back, as long as that can be. */
export const onFailureSchema = z.enum(['stop', 'roll-back']);
export type OnFailure = z.infer<typeof onFailureSchema>;

/** What the platform ran when the upgrade was approved: what going back leads to. */
export const layersBeforeSchema = z.object({
  /** Digest of the marker of the release that was installed. */
  release: digestSchema,
  layers: z.array(mergedLayerSchema),
});
export type LayersBefore = z.infer<typeof layersBeforeSchema>;

/** What is approved and executed: its canonical JSON is hashed (SHA-256), and the engine refuses any other. */
export const frozenUpgradeSchema = z
  .object({
    format: z.literal(format),
    plan: planSchema,
    /** What each hop of the plan leaves behind, in the plan's order: every layer, those that do not change too. */
    hops: z.array(z.object({ layers: z.array(mergedLayerSchema) })),
    /** What was accepted with it; missing where nothing was, so that what was approved without any keeps its hash. */
    risks: z.array(acceptedRiskSchema).optional(),
    /** Missing in what was approved before layers could be taken back. */
    before: layersBeforeSchema.optional(),
    /** Missing where it stops. */
    onFailure: z.literal('roll-back').optional(),
  })
  .refine(({ plan, hops }) => plan.hops.length === hops.length, { error: 'its hops are not those of its plan' });
export type FrozenUpgrade = z.infer<typeof frozenUpgradeSchema>;

/** What is frozen beside plan and merged layers. */
export interface FrozenWith {
  readonly risks?: readonly AcceptedRisk[];
  readonly before?: LayersBefore | undefined;
  readonly onFailure?: OnFailure;
}

/** Puts plan, merged layers and what else was chosen together for approval. */
export function freeze(
  plan: FrozenUpgrade['plan'],
  hops: FrozenUpgrade['hops'],
  { risks = [], before, onFailure = 'stop' }: FrozenWith = {},
): FrozenUpgrade {
  return {
    format,
    plan,
    hops,
    ...(risks.length === 0 ? {} : { risks: [...risks] }),
    ...(before === undefined ? {} : { before }),
    ...(onFailure === 'stop' ? {} : { onFailure }),
  };
}

/** What ran before a hop: what the hop before it led to, or what was installed; undefined where that was not frozen. */
export function layersBefore({ plan, hops, before }: FrozenUpgrade, hopIndex: number): LayersBefore | undefined {
  if (hopIndex === 0) return before;
  const [hop, result] = [plan.hops[hopIndex - 1], hops[hopIndex - 1]];
  return hop === undefined || result === undefined ? undefined : { release: hop.release, layers: result.layers };
}

/** Reads a stored frozen upgrade. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export function readFrozen(stored: string): FrozenUpgrade {
  return readRecord('the approved plan', { stored, format, schema: frozenUpgradeSchema });
}
