import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { judge } from '../read-part.ts';
import type { Related } from '../related.ts';
import { blocked, type Readiness, ready } from '../result.ts';
import { count, ofPods, rolling } from './pods-of.ts';

const fields = z.object({
  spec: z.object({
    replicas: count,
    minReadySeconds: count,
    updateStrategy: z
      .object({ type: z.string().nullish(), rollingUpdate: z.object({ partition: count }).nullish() })
      .nullish(),
  }),
  status: z
    .object({
      replicas: count,
      readyReplicas: count,
      availableReplicas: count,
      updatedReplicas: count,
      currentRevision: z.string().nullish(),
      updateRevision: z.string().nullish(),
    })
    .nullish(),
});

/**
 * A StatefulSet is ready when every pod is of the update revision and available. Whether its strategy rolls them is another matter: with OnDelete, or
 * below a partition, old pods stay for good, and the revisions of its status may agree all the same.
 */
export function statefulSet(object: KubeObject, related: Related): Readiness {
  return judge(object, fields, ({ spec, status }) => {
    const wanted = spec.replicas ?? 1;
    const all = status?.replicas ?? 0;
    const updated = status?.updatedReplicas ?? 0;
    const available = Math.min(status?.readyReplicas ?? 0, status?.availableReplicas ?? status?.readyReplicas ?? 0);
    if (all === wanted && updated >= wanted && available >= wanted) return ready;
    const { type, rollingUpdate } = spec.updateStrategy ?? {};
    const partition = rollingUpdate?.partition ?? 0;
    // Only when nothing else is to be waited for: a pod that is not up yet is the nearer reason.
    if (all === wanted && available >= wanted) {
      const part = `has ${ofPods(updated, wanted)} of the new template`;
      if (type === 'OnDelete') {
        const remedy = 'Delete its old pods one by one, or set its update strategy to RollingUpdate.';
        return blocked(object, `${part}, as it replaces only what is deleted`, remedy);
      }
      if (partition > 0 && updated >= wanted - partition) {
        const remedy = 'Lower spec.updateStrategy.rollingUpdate.partition, to 0 for all pods.';
        return blocked(object, `${part}: its partition keeps those below ordinal ${partition} old`, remedy);
      }
    }
    if (all > wanted)
      return rolling(object, `has ${all - wanted} pods more than the ${wanted} wanted, which have yet to end`, related);
    const numbers =
      available < wanted
        ? `has ${ofPods(available, wanted)} available`
        : `has ${ofPods(updated, wanted)} of the new template`;
    return rolling(object, numbers, related);
  });
}
