import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { type Condition, conditionOf, conditionsSchema, heard, isStale, isTrue, said } from '../conditions.ts';
import { declareIt, mayLack } from '../declared.ts';
import { judge } from '../read-part.ts';
import type { Related } from '../related.ts';
import { blocked, failed, progressing, type Readiness, ready, unknown } from '../result.ts';
import { reportsConditions } from './reports-conditions.ts';

const fields = z.object({ status: z.object({ conditions: conditionsSchema, ready: z.boolean().nullish() }).nullish() });

/** Conditions that sum an object up, True when all is well. Of those that it has, every one has to be. */
const summaries = [
  'Ready',
  'Available',
  'Healthy',
  'Synced',
  'Reconciled',
  'Established',
  'Accepted',
  'Programmed',
  'Succeeded',
];
/** True while something is still on its way, whatever the summary says. */
const moving = [
  'Reconciling',
  'RollingOut',
  'ScalingUp',
  'ScalingDown',
  'Remediating',
  'Deleting',
  'Updating',
  'Upgrading',
];
/** True when something outside has to change: nobody reconciles it, or it works in part. */
const blocking = ['Paused', 'Degraded'];
/** True when its controller says that it will not try again without a change of the object (kstatus, "Conditions"). */
const terminal = ['Stalled', 'Failed'];

/** A custom resource is ready when it has conditions that say so. None yet, or none that anybody knows, says nothing. */
export function custom(object: KubeObject, related: Related): Readiness {
  return judge(object, fields, ({ status }) => {
    const conditions = status?.conditions ?? [];
    const over = found(conditions, terminal, 'True').find((one) => !isStale(one, object));
    if (over !== undefined) {
      return failed(object, `is given up by its controller: ${said(over)}`, {
        ...heard(over, object),
        remedy: 'Correct the object as the message says.',
      });
    }
    const known = summaries.flatMap((type) => conditionOf(conditions, type) ?? []);
    const stale = known.find((one) => isStale(one, object));
    if (stale !== undefined) {
      return progressing(
        object,
        `waits for its controller: ${stale.type} is of generation ${stale.observedGeneration} of ${object.metadata.generation}`,
      );
    }
    const vague = known.find(({ status: said }) => said !== 'True' && said !== 'False');
    if (vague !== undefined) return unknown(object, `can't be judged: ${said(vague)}`, heard(vague, object));
    const held = found(conditions, blocking, 'True')[0];
    const no = known.find(({ status: said }) => said === 'False');
    if (held !== undefined) {
      const remedy = isTrue(conditions, 'Paused')
        ? 'Let its controller go on: take the pause away.'
        : 'Look at what its message names.';
      return blocked(object, `is held up: ${said(held)}`, remedy, heard(held, object));
    }
    if (no !== undefined) return progressing(object, `is not ready: ${said(no)}`, heard(no, object));
    const going = found(conditions, moving, 'True')[0];
    if (going !== undefined) return progressing(object, `is still changing: ${said(going)}`, heard(going, object));
    if (known.length > 0) return ready;
    return withoutSummary(object, related, conditions, status?.ready);
  });
}

function found(conditions: readonly Condition[], types: readonly string[], status: string): readonly Condition[] {
  return types.flatMap((type) => conditionOf(conditions, type) ?? []).filter((one) => one.status === status);
}

function withoutSummary(
  object: KubeObject,
  { definition }: Related,
  conditions: readonly Condition[],
  plain: boolean | null | undefined,
): Readiness {
  if (plain === true) return ready;
  if (plain === false) return progressing(object, 'is not ready: status.ready is false');
  if (mayLack(object, 'conditions')) return ready;
  const remedy = `See that its controller runs; where that reports no condition of readiness, ${declareIt('conditions')}.`;
  const vague = conditions.find(({ status }) => status !== 'True' && status !== 'False');
  if (vague !== undefined)
    return unknown(object, `can't be judged: ${said(vague)}`, { ...heard(vague, object), remedy });
  if (conditions.length > 0) {
    const types = conditions
      .slice(0, 10)
      .map(({ type }) => type)
      .join(', ')
      .slice(0, 300);
    return unknown(object, `has no condition that says whether it is ready, only ${types}`, { remedy });
  }
  if (definition === undefined) return unknown(object, 'has no conditions yet', { remedy });
  // Without a status there is nobody who would report: that it is there is all that there is.
  if (!reportsConditions(definition, object.apiVersion)) return ready;
  return unknown(object, 'has no conditions yet', { remedy });
}
