import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { declareIt, mayLack } from '../declared.ts';
import { judge } from '../read-part.ts';
import type { Related } from '../related.ts';
import { blocked, type Readiness, ready, unknown } from '../result.ts';
import { count, ofPods, rolling } from './pods-of.ts';

const fields = z.object({
  spec: z.object({ updateStrategy: z.object({ type: z.string().nullish() }).nullish() }),
  status: z.object({ desiredNumberScheduled: count, updatedNumberScheduled: count, numberAvailable: count }).nullish(),
});

/**
 * A DaemonSet is ready when the pods of all its nodes are new and available. One that wants no node may be meant so, or its selector is wrong
 * and a driver runs nowhere: it can't be told, so it is not said to be ready unless it is declared.
 */
export function daemonSet(object: KubeObject, related: Related): Readiness {
  return judge(object, fields, ({ spec, status }) => {
    const wanted = status?.desiredNumberScheduled ?? 0;
    const updated = status?.updatedNumberScheduled ?? 0;
    const available = status?.numberAvailable ?? 0;
    if (wanted === 0) {
      if (mayLack(object, 'nodes')) return ready;
      return unknown(object, 'runs on no node: none is left by its node selector, affinity and tolerations', {
        level: 'blocked',
        remedy: `Correct its node selector or label the nodes; where it may run nowhere, ${declareIt('nodes')}.`,
      });
    }
    if (updated >= wanted && available >= wanted) return ready;
    if (updated < wanted && spec.updateStrategy?.type === 'OnDelete') {
      const remedy = 'Delete its old pods one by one, or set its update strategy to RollingUpdate.';
      return blocked(
        object,
        `has ${ofPods(updated, wanted)} of the new template, as it replaces only what is deleted`,
        remedy,
      );
    }
    const numbers =
      updated < wanted
        ? `has ${ofPods(updated, wanted)} of the new template`
        : `has ${ofPods(available, wanted)} available`;
    return rolling(object, numbers, related);
  });
}
