import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { conditionOf, conditionsSchema, heard } from '../conditions.ts';
import { judge } from '../read-part.ts';
import { blocked, progressing, type Readiness, ready } from '../result.ts';
import { count } from './pods-of.ts';

const fields = z.object({
  status: z.object({ currentHealthy: count, desiredHealthy: count, conditions: conditionsSchema }).nullish(),
});

/** A PodDisruptionBudget is ready when it can be computed and as many pods as it wants are healthy. That it allows no eviction is its work, not a fault. */
export function disruptionBudget(object: KubeObject): Readiness {
  return judge(object, fields, ({ status }) => {
    const condition = conditionOf(status?.conditions, 'DisruptionAllowed');
    if (condition?.status === 'False' && condition.reason === 'SyncFailed') {
      const remedy = 'Correct its selector, or what the message names: until then no pod of it can be evicted.';
      return blocked(object, "can't be computed", remedy, heard(condition, object));
    }
    const healthy = status?.currentHealthy ?? 0;
    const wanted = status?.desiredHealthy ?? 0;
    if (healthy >= wanted) return ready;
    return progressing(object, `has ${healthy} of ${wanted} healthy pods`, {
      ...heard(condition, object),
      impact: 'None of its pods can be evicted, so no node of theirs is drained',
    });
  });
}
