import { z } from 'zod';
import { groupVersionOf, type KubeObject } from '../objects/object.ts';

/** One condition, in the terms of Cluster API's v1beta2. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  /** Fit for a terminal; lines are kept. */
  readonly message: string;
  /** When its status last changed. */
  readonly since: string | null;
}

/** The conditions of one object by type. */
export type Conditions = ReadonlyMap<string, Condition>;

/** Text beyond it is of no use to a person. */
const messageLimit = 4000;
/** More than any controller sets. */
const countLimit = 100;

const item = z.object({
  type: z.string().max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  lastTransitionTime: z.string().nullish(),
});
const list = z.array(z.unknown()).nullish().catch(undefined);
const statusSchema = z.object({
  conditions: list,
  v1beta2: z.object({ conditions: list }).nullish().catch(undefined),
  deprecated: z
    .object({ v1beta1: z.object({ conditions: list }).nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
});

/**
 * The conditions of an object of Cluster API or of a provider. Those of the newer kind lie under `status.conditions` or, in an object of
 * v1beta1, under `status.v1beta2.conditions`; those of the older kind under `status.conditions` of v1beta1 or
 * `status.deprecated.v1beta1.conditions` (Cluster API, "CAPI conditions"). Where the newer kind lacks one, the older kind's is said in its terms.
 */
export function conditionsOf(object: KubeObject): Conditions {
  const parsed = statusSchema.safeParse(object['status']);
  const { conditions, v1beta2, deprecated } = parsed.success ? parsed.data : {};
  const plainIsOld =
    v1beta2 !== undefined && v1beta2 !== null
      ? true
      : (deprecated === undefined || deprecated === null) && groupVersionOf(object.apiVersion).version === 'v1beta1';
  const newer = plainIsOld ? v1beta2?.conditions : conditions;
  const older = plainIsOld ? conditions : deprecated?.v1beta1?.conditions;
  return new Map([
    ...read(older).flatMap(inNewTerms).map(entry),
    // Later ones of a Map win.
    ...read(newer).map(entry),
  ]);
}

/** Whether a condition is there and has the status. */
export function holds(conditions: Conditions, type: string, status: Condition['status'] = 'True'): boolean {
  return conditions.get(type)?.status === status;
}

function read(found: readonly unknown[] | null | undefined): Condition[] {
  return (found ?? []).slice(0, countLimit).flatMap((one) => {
    const parsed = item.safeParse(one);
    if (!parsed.success) return [];
    const { type, status, reason, message, lastTransitionTime } = parsed.data;
    return [{ type, status, reason: reason ?? '', message: clean(message ?? ''), since: isoOf(lastTransitionTime) }];
  });
}

/** Which deletion step the older conditions tell of, in the order in which they come. */
const deletionSteps: Readonly<Record<string, string>> = {
  PreDrainDeleteHookSucceeded: 'WaitingForPreDrainHook',
  DrainingSucceeded: 'DrainingNode',
  VolumeDetachSucceeded: 'WaitingForVolumeDetach',
  PreTerminateDeleteHookSucceeded: 'WaitingForPreTerminateHook',
};

const renamed: Readonly<Record<string, readonly string[]>> = {
  BootstrapReady: ['BootstrapConfigReady'],
  NodeHealthy: ['NodeHealthy', 'NodeReady'],
  MachinesSpecUpToDate: ['MachinesUpToDate'],
};

/** Positive then, negative now: what was "draining succeeded: no" is "deleting: yes". */
function inNewTerms(condition: Condition): Condition[] {
  const { type, status, reason } = condition;
  const step = deletionSteps[type];
  if (step !== undefined)
    return status === 'True' ? [] : [{ ...condition, type: 'Deleting', status: 'True', reason: step }];
  if (type === 'Resized') {
    const scales = reason === 'ScalingUp' || reason === 'ScalingDown';
    return status === 'False' && scales ? [{ ...condition, type: reason, status: 'True' }] : [];
  }
  return (renamed[type] ?? [type]).map((name) => ({ ...condition, type: name }));
}

function entry(condition: Condition): [string, Condition] {
  return [condition.type, condition];
}

function clean(message: string): string {
  return message
    .slice(0, messageLimit)
    .replaceAll(/[^\P{C}\n]+/gu, ' ')
    .trim();
}

/** A time of the API (RFC 3339) as the shape of waits wants it; null for what is none. */
export function isoOf(time: string | null | undefined): string | null {
  if (time === null || time === undefined) return null;
  const at = Date.parse(time);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
