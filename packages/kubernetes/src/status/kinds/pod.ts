import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { conditionOf, conditionsSchema, heard, isStale } from '../conditions.ts';
import { troubleOf } from '../explain/trouble.ts';
import { judge } from '../read-part.ts';
import type { Related } from '../related.ts';
import { failed, progressing, type Readiness, ready, unknown } from '../result.ts';
import { spoken } from '../spoken.ts';

const fields = z.object({
  status: z
    .object({
      phase: z.string().nullish(),
      reason: z.string().nullish(),
      message: z.string().nullish(),
      conditions: conditionsSchema,
    })
    .nullish(),
});

/** A Pod is ready when it takes traffic, or when it is a task that ended well. Ended in failure it is over too, and never ready. */
export function pod(object: KubeObject, related: Related): Readiness {
  return judge(object, fields, ({ status }) => {
    const { phase, conditions } = status ?? {};
    if (phase === 'Succeeded') return ready;
    const condition = conditionOf(conditions, 'Ready');
    if (phase === 'Failed') {
      const why = spoken(status?.reason ?? '', 100);
      const reference = spoken(status?.message ?? '');
      return failed(object, why === '' ? 'ended in failure' : `ended in failure: ${why}`, {
        since: heard(condition, object).since,
        reference: reference === '' ? null : reference,
        remedy: 'Read what it wrote with `kubectl logs`, mend that, and delete it; nothing starts it again.',
      });
    }
    if (phase === 'Unknown') {
      return unknown(object, 'is on a node that does not report', {
        ...heard(condition, object),
        level: 'stalled',
        remedy: 'Look at its node and the kubelet there.',
      });
    }
    if (phase === 'Running' && condition?.status === 'True' && !isStale(condition, object)) return ready;
    const trouble = troubleOf(object, related);
    if (trouble !== undefined) return { state: 'progressing', wait: trouble };
    if (condition?.status === 'Unknown')
      return unknown(object, 'has a state that its node does not report', heard(condition, object));
    return progressing(
      object,
      phase === 'Running' ? 'runs and is not ready yet' : 'is being started',
      heard(condition, object),
    );
  });
}
