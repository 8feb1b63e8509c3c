import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { conditionOf, conditionsSchema, heard, isTrue } from '../conditions.ts';
import { judge } from '../read-part.ts';
import type { Related } from '../related.ts';
import { blocked, failed, type Readiness, ready } from '../result.ts';
import { count, rolling } from './pods-of.ts';

const fields = z.object({
  spec: z.object({ suspend: z.boolean().nullish(), completions: count }),
  status: z.object({ succeeded: count, failed: count, conditions: conditionsSchema }).nullish(),
});

/** A Job is ready when it is complete: one that only started has done nothing yet. Its failure is final, as it starts no further pod. */
export function job(object: KubeObject, related: Related): Readiness {
  return judge(object, fields, ({ spec, status }) => {
    const conditions = status?.conditions;
    if (isTrue(conditions, 'Complete')) return ready;
    const over = ['Failed', 'FailureTarget'].find((type) => isTrue(conditions, type));
    if (over !== undefined) {
      const condition = conditionOf(conditions, over);
      const why = condition?.reason ?? '';
      return failed(object, why === '' ? 'failed' : `failed: ${why}`, {
        ...heard(condition, object),
        remedy: `Read what its pods wrote (\`kubectl logs job/${object.metadata.name}\`), mend it, delete the Job and apply it again.`,
      });
    }
    if (spec.suspend === true) {
      return blocked(
        object,
        'is suspended',
        'Set its spec.suspend to false.',
        heard(conditionOf(conditions, 'Suspended'), object),
      );
    }
    const done = status?.succeeded ?? 0;
    const tries = status?.failed ?? 0;
    const goal = spec.completions === null || spec.completions === undefined ? '' : ` of ${spec.completions}`;
    const retries = tries === 0 ? '' : `, and ${tries} that failed`;
    return rolling(object, `has ${done}${goal} pods that ended well${retries}`, related);
  });
}
