import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { conditionOf, conditionsSchema, heard, isStale, said } from '../conditions.ts';
import { judge } from '../read-part.ts';
import { blocked, progressing, type Readiness, ready, unknown } from '../result.ts';

const fields = z.object({ status: z.object({ conditions: conditionsSchema }).nullish() });

/**
 * A CustomResourceDefinition is ready when its names are accepted and it is served. Names that another definition has are free again when that is gone, so this
 * is *blocked*, not *failed*.
 */
export function definition(object: KubeObject): Readiness {
  return judge(object, fields, ({ status }) => {
    const conditions = status?.conditions;
    for (const type of ['NamesAccepted', 'Established']) {
      const condition = conditionOf(conditions, type);
      if (condition === undefined) return progressing(object, `has no condition ${type} yet`);
      if (condition.status === 'True' && !isStale(condition, object)) continue;
      const known = heard(condition, object);
      if (type === 'NamesAccepted' && condition.status === 'False') {
        return blocked(
          object,
          `has names that are taken: ${said(condition)}`,
          'Delete the other definition of these names, or rename this one.',
          known,
        );
      }
      if (condition.status === 'Unknown') return unknown(object, `can't be judged: ${said(condition)}`, known);
      return progressing(object, `is not served yet: ${said(condition)}`, known);
    }
    return ready;
  });
}

/** An APIService is ready when it is available: until then discovery is incomplete, and objects of its group look absent. */
export function apiService(object: KubeObject): Readiness {
  return judge(object, fields, ({ status }) => {
    const condition = conditionOf(status?.conditions, 'Available');
    if (condition?.status === 'True' && !isStale(condition, object)) return ready;
    if (condition === undefined) return progressing(object, 'has no condition Available yet');
    const known = {
      ...heard(condition, object),
      impact: 'Objects of its group look absent, and namespaces are not deleted',
      remedy: 'Look at the pods of its service; delete the APIService where what served it is gone for good.',
    };
    if (condition.status === 'Unknown') return unknown(object, `can't be judged: ${said(condition)}`, known);
    return progressing(object, `is not available: ${said(condition)}`, known);
  });
}
