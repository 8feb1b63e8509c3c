import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import { z } from 'zod';

/** What was asked of an owner of machines, kept on it: written in the patch that asks, so that both hold or neither. */
export const planAnnotation = 'sealift.dev/rollout';

const planSchema = z.object({
  format: z.literal(1),
  version: z.string(),
  /** Name of the machine template; null where a ClusterClass makes it, and its name is not known beforehand. */
  template: z.string().nullable(),
  /** Whether none of the machines that were there is as wanted any more, whatever it tells. */
  anew: z.literal(true).optional(),
  replicas: z.number().int(),
  /** Machines, and sets of them, that were there before. */
  machines: z.array(z.string()),
  sets: z.array(z.string()),
});

/** How an owner's machines are to be replaced: one new one for each that was there. */
export type RolloutPlan = z.infer<typeof planSchema>;

interface Named {
  readonly name: string;
}

/** The text of the annotation. */
export function printPlan(
  { replicas }: RolloutOwner,
  asked: Pick<RolloutPlan, 'version' | 'template' | 'anew'>,
  before: { readonly machines: readonly Named[]; readonly sets: readonly Named[] },
): string {
  const names = (of: readonly Named[]): string[] => of.map(({ name }) => name);
  const plan: RolloutPlan = {
    format: 1,
    ...asked,
    replicas,
    machines: names(before.machines),
    sets: names(before.sets),
  };
  return JSON.stringify(plan);
}

/** The plan that an owner follows; undefined where Sealift asked for nothing, or somebody else has asked for something since. */
export function planOf({ annotations, version, template }: RolloutOwner): RolloutPlan | undefined {
  const text = Object.hasOwn(annotations, planAnnotation) ? annotations[planAnnotation] : undefined;
  if (text === undefined) return undefined;
  try {
    const plan = planSchema.parse(JSON.parse(text));
    return plan.version === version && (plan.template ?? template.name) === template.name ? plan : undefined;
  } catch {
    return undefined;
  }
}
