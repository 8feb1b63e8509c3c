import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { conditionsSchema } from '../conditions.ts';
import { refusal } from '../explain/refusal.ts';
import { judge } from '../read-part.ts';
import type { Related } from '../related.ts';
import { type Readiness, ready } from '../result.ts';
import { by, count, ofPods, refusedPods, rolling } from './pods-of.ts';

const fields = z.object({
  spec: z.object({ replicas: count }),
  status: z.object({ replicas: count, availableReplicas: count, conditions: conditionsSchema }).nullish(),
});

/** A ReplicaSet, and the ReplicationController before it: as many pods as wanted, all available. */
export function replicaSet(object: KubeObject, related: Related): Readiness {
  return judge(object, fields, ({ spec, status }) => {
    const wanted = spec.replicas ?? 1;
    const all = status?.replicas ?? 0;
    const available = status?.availableReplicas ?? 0;
    if (all === wanted && available >= wanted) return ready;
    const refused = refusedPods(status?.conditions);
    if (refused !== undefined) return refusal(object, refused.message ?? '', by(refused, object));
    return rolling(
      object,
      all > wanted ? `has ${all} pods of ${wanted} wanted` : `has ${ofPods(available, wanted)} available`,
      related,
    );
  });
}
