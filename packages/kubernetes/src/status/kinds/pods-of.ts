import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { conditionOf, type Condition, heard } from '../conditions.ts';
import { worstOf } from '../explain/worst.ts';
import type { Related } from '../related.ts';
import { progressing, type Known, type Readiness } from '../result.ts';

export const count = z.number().int().nonnegative().nullish();

/** How a rollout stands that is not complete: what is in its way when something is, else its own numbers. */
export function rolling(object: KubeObject, numbers: string, related: Related, known: Known = {}): Readiness {
  const worst = worstOf(object, related);
  if (worst === undefined) return progressing(object, numbers, known);
  const impact = `${object.kind} ${object.metadata.name} ${numbers}`;
  return { state: 'progressing', wait: { ...worst, impact } };
}

/** A controller that could not make a pod says so in this condition (ReplicaSet, Deployment); the words are the API server's refusal. */
export function refusedPods(conditions: readonly Condition[] | null | undefined): Condition | undefined {
  const found = conditionOf(conditions, 'ReplicaFailure');
  return found?.status === 'True' ? found : undefined;
}

/** Since when, and in whose words, by a condition that may not be there. */
export function by(condition: Condition | undefined, object: KubeObject): Known {
  return condition === undefined ? {} : heard(condition, object);
}

/** `1 of 3 pods` */
export function ofPods(some: number, all: number): string {
  return `${some} of ${all} ${all === 1 ? 'pod' : 'pods'}`;
}
