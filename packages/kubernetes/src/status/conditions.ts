import { z } from 'zod';
import type { KubeObject } from '../objects/object.ts';
import { spoken } from './spoken.ts';
import { timeOf } from './times.ts';

/** `metav1.Condition`, and the older forms of it, in which most is optional. */
export const conditionSchema = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  lastTransitionTime: z.string().nullish(),
  observedGeneration: z.number().int().nullish(),
});
export type Condition = z.infer<typeof conditionSchema>;

/** More than any controller writes. */
export const conditionsSchema = z.array(conditionSchema).max(1000).nullish();

/** Of several of one type, which no API server stores, the first. */
export function conditionOf(conditions: readonly Condition[] | null | undefined, type: string): Condition | undefined {
  return conditions?.find((one) => one.type === type);
}

export function isTrue(conditions: readonly Condition[] | null | undefined, type: string): boolean {
  return conditionOf(conditions, type)?.status === 'True';
}

/** It was written about another generation of the object; 0 is what is written by who does not count. */
export function isStale({ observedGeneration }: Condition, { metadata: { generation } }: KubeObject): boolean {
  return (observedGeneration ?? 0) !== 0 && generation !== undefined && observedGeneration !== generation;
}

/** `Ready is False (DoesNotExist)` */
export function said({ type, status, reason }: Condition): string {
  const why = spoken(reason ?? '', 100);
  return `${spoken(type, 100)} is ${spoken(status, 20)}${why === '' ? '' : ` (${why})`}`;
}

/** Since when it stands so, and in its own words. */
export function heard(
  condition: Condition | undefined,
  { metadata: { creationTimestamp } }: KubeObject,
): { readonly since: string | null; readonly reference: string | null } {
  const message = spoken(condition?.message ?? '');
  return {
    since: timeOf(condition?.lastTransitionTime) ?? timeOf(creationTimestamp),
    reference: message === '' ? null : message,
  };
}
