import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { conditionOf, conditionsSchema } from '../conditions.ts';
import { refusal } from '../explain/refusal.ts';
import { judge } from '../read-part.ts';
import type { Related } from '../related.ts';
import { blocked, type Readiness, ready } from '../result.ts';
import { by, count, ofPods, refusedPods, rolling } from './pods-of.ts';

const fields = z.object({
  spec: z.object({ replicas: count, paused: z.boolean().nullish() }),
  status: z
    .object({
      replicas: count,
      updatedReplicas: count,
      availableReplicas: count,
      conditions: conditionsSchema,
    })
    .nullish(),
});

/**
 * A Deployment is ready when every pod is of the present template, none of an older one is left, and as many as wanted are available
 * (Kubernetes, "Deployment status"). A passed progress deadline is a timer: the controller goes on, so it is *stalled*, never *failed*.
 */
export function deployment(object: KubeObject, related: Related): Readiness {
  return judge(object, fields, ({ spec, status }) => {
    const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, conditions } = nothingNull(status ?? {});
    const wanted = spec.replicas ?? 1;
    const isNew = updatedReplicas === wanted && replicas === wanted;
    if (isNew && availableReplicas >= wanted) return ready;
    if (spec.paused === true && !isNew) {
      const remedy = `Let it go on with \`kubectl rollout resume deployment/${object.metadata.name}\`.`;
      return blocked(object, 'is paused before all its pods are of the new template', remedy);
    }
    const refused = refusedPods(conditions);
    if (refused !== undefined) return refusal(object, refused.message ?? '', by(refused, object));
    const progress = conditionOf(conditions, 'Progressing');
    const numbers = numbersOf(wanted, updatedReplicas, replicas, availableReplicas);
    const isLate = progress?.status === 'False' && progress.reason === 'ProgressDeadlineExceeded';
    return rolling(object, numbers, related, { ...by(progress, object), ...(isLate ? { level: 'stalled' } : {}) });
  });
}

function numbersOf(wanted: number, updated: number, all: number, available: number): string {
  if (updated < wanted) return `has ${ofPods(updated, wanted)} of the new template`;
  if (all > wanted) return `has ${all - wanted} pods more than the ${wanted} wanted, which have yet to end`;
  return `has ${ofPods(available, wanted)} available`;
}

/** Nulls, which some clients write for nothing, as nothing. */
export function nothingNull<Fields extends object>(
  given: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], null | undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], null | undefined>;
  };
}
