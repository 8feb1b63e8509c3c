import { z } from 'zod';
import { type AcceptedRisk, acceptedRiskSchema } from '../../check/accepted-risk.ts';
import { layerNameSchema, packNameSchema, packVersionSchema } from '../../pack/pack.ts';
import { digestSchema } from '../../release/digest.ts';
import { readRecord } from '../../schema/record.ts';
import { planSchema } from '../plan/plan.ts';

const format = 1;

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

/** What is approved and executed: its canonical JSON is hashed (SHA-256), and the engine refuses any other. */
export const frozenUpgradeSchema = z
  .object({
    format: z.literal(format),
    plan: planSchema,
    /** What each hop of the plan leaves behind, in the plan's order: every layer, those that do not change too. */
    hops: z.array(z.object({ layers: z.array(mergedLayerSchema) })),
    /** What was accepted with it; missing where nothing was, so that what was approved without any keeps its hash. */
    risks: z.array(acceptedRiskSchema).optional(),
  })
  .refine(({ plan, hops }) => plan.hops.length === hops.length, { error: 'its hops are not those of its plan' });
export type FrozenUpgrade = z.infer<typeof frozenUpgradeSchema>;

/** Puts plan, merged layers and accepted risks together for approval. */
export function freeze(
  plan: FrozenUpgrade['plan'],
  hops: FrozenUpgrade['hops'],
  risks: readonly AcceptedRisk[] = [],
): FrozenUpgrade {
  return { format, plan, hops, ...(risks.length === 0 ? {} : { risks: [...risks] }) };
}

/** Reads a stored frozen upgrade. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export function readFrozen(stored: string): FrozenUpgrade {
  return readRecord('the approved plan', { stored, format, schema: frozenUpgradeSchema });
}
