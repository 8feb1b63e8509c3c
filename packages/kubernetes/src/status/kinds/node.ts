import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { conditionOf, conditionsSchema, heard, said } from '../conditions.ts';
import { judge } from '../read-part.ts';
import { progressing, type Readiness, ready, unknown } from '../result.ts';

const fields = z.object({ status: z.object({ conditions: conditionsSchema }).nullish() });

/** A Node is ready when its kubelet says so; Unknown is what the cluster writes when the kubelet no longer says anything. */
export function node(object: KubeObject): Readiness {
  return judge(object, fields, ({ status }) => {
    const condition = conditionOf(status?.conditions, 'Ready');
    if (condition?.status === 'True') return ready;
    if (condition === undefined) return progressing(object, 'has not reported yet');
    const known = { ...heard(condition, object), remedy: 'Look at the machine and its kubelet.' };
    if (condition.status === 'Unknown')
      return unknown(object, `does not report: ${said(condition)}`, { ...known, level: 'stalled' });
    return progressing(object, `is not ready: ${said(condition)}`, known);
  });
}
