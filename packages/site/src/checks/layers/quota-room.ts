import type { CheckItem } from '@sealift/core/check';
import { quantityOf } from '@sealift/core/release';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { acceptable, block, type Finding, pass, withItems } from '@sealift/upgrade/preflight/check';
import { z } from 'zod';

/** A workload as the upgrade brings it, in its namespace, and as it is; undefined where it is not there yet. */
export interface ComingWorkload {
  readonly wanted: KubeObject;
  readonly live: KubeObject | undefined;
}

const quantities = z.record(z.string(), z.union([z.string(), z.number()])).nullish();
const resources = z.object({ requests: quantities, limits: quantities }).nullish();
const workloadSchema = z.object({
  spec: z.object({
    replicas: z.number().int().nullish(),
    strategy: z
      .object({
        type: z.string().nullish(),
        rollingUpdate: z.object({ maxSurge: z.union([z.number(), z.string()]).nullish() }).nullish(),
      })
      .nullish(),
    template: z.object({ spec: z.object({ containers: z.array(z.object({ resources })).nullish() }) }),
  }),
});
const quotaSchema = z.object({
  spec: z.object({ scopes: z.array(z.string()).nullish(), scopeSelector: z.unknown().optional() }).nullish(),
  status: z.object({ hard: quantities, used: quantities }).nullish(),
});

/** What a quota calls what pods ask for, by what it is called here (Kubernetes, "Resource Quotas"). */
const names: ReadonlyMap<string, string> = new Map([
  ['pods', 'pods'],
  ['count/pods', 'pods'],
  ['cpu', 'requests.cpu'],
  ['requests.cpu', 'requests.cpu'],
  ['memory', 'requests.memory'],
  ['requests.memory', 'requests.memory'],
  ['limits.cpu', 'limits.cpu'],
  ['limits.memory', 'limits.memory'],
]);

/** Whether a kind makes pods that are counted here. */
export function isCounted({ kind }: Pick<KubeObject, 'kind'>): boolean {
  return kind === 'Deployment' || kind === 'StatefulSet';
}

/**
 * Whether quotas of namespaces have room for the pods that come before others go: those of new workloads and replicas, and of each rollout as many as
 * its strategy makes at a time. All of a namespace are taken to roll at once. Quotas of some pods only (scopes) are not judged, and of pods that set no
 * requests nothing but their number counts.
 */
export function quotaRoom(workloads: readonly ComingWorkload[], quotas: readonly KubeObject[]): Finding {
  const needs = new Map<string, Map<string, number>>();
  for (const one of workloads) {
    const { namespace = '' } = one.wanted.metadata;
    const sum = needs.get(namespace) ?? new Map<string, number>();
    for (const [name, amount] of needOf(one)) sum.set(name, (sum.get(name) ?? 0) + amount);
    needs.set(namespace, sum);
  }
  const items: CheckItem[] = [];
  let looked = 0;
  for (const quota of quotas) {
    const need = needs.get(quota.metadata.namespace ?? '');
    const { data } = quotaSchema.safeParse(quota);
    const isScoped = (data?.spec?.scopes ?? []).length > 0 || (data?.spec?.scopeSelector ?? null) !== null;
    if (need === undefined || isScoped) continue;
    looked += 1;
    items.push(...shortOf(quota, data?.status?.hard ?? {}, data?.status?.used ?? {}, need));
  }
  const [first] = items;
  if (first === undefined) return pass(`${looked} quotas of namespaces in which pods come`);
  const more = items.length === 1 ? '' : ` (and ${items.length - 1} more)`;
  return acceptable(
    withItems(block(`${first.place} ${first.text}${more}`, first.remedy ?? ''), items),
    'Pods that the quota has no room for are not made, and the upgrade waits at their layer.',
    items.map(({ place }) => place),
  );
}

function shortOf(
  quota: KubeObject,
  hard: Readonly<Record<string, unknown>>,
  used: Readonly<Record<string, unknown>>,
  need: ReadonlyMap<string, number>,
): readonly CheckItem[] {
  const place = nameOf(referenceOf(quota));
  return Object.entries(hard).flatMap(([name, limit]): readonly CheckItem[] => {
    const wanted = need.get(names.get(name) ?? '') ?? 0;
    const [most, taken] = [quantityOf(limit), quantityOf(used[name] ?? 0)];
    if (wanted === 0) return [];
    const remedy = 'Raise the quota for the time of the upgrade, or ask for less in the values of the layers.';
    if (most === undefined || taken === undefined)
      return [{ place, text: `says of ${name} nothing that can be read`, remedy }];
    // A thousandth of a processor, so that sums of parts of it are no reason.
    if (taken + wanted <= most + 1e-3) return [];
    return [
      {
        place,
        text: `has ${shown(most - taken)} of ${shown(most)} ${name} left, and pods that come need ${shown(wanted)} at a time`,
        remedy,
      },
    ];
  });
}

function shown(amount: number): string {
  return Math.abs(amount) >= 2 ** 20
    ? `${Math.round((amount / 2 ** 20) * 10) / 10}Mi`
    : String(Math.round(amount * 1000) / 1000);
}

function needOf({ wanted, live }: ComingWorkload): ReadonlyMap<string, number> {
  const { data } = workloadSchema.safeParse(wanted);
  if (data === undefined) return new Map();
  const { replicas, strategy, template } = data.spec;
  const count = replicas ?? 1;
  const now = live === undefined ? 0 : (workloadSchema.safeParse(live).data?.spec.replicas ?? 1);
  const isRolled = live !== undefined && wanted.kind === 'Deployment' && strategy?.type !== 'Recreate';
  const pods = Math.max(0, count - now) + (isRolled ? surgeOf(strategy?.rollingUpdate?.maxSurge ?? '25%', count) : 0);
  const sum = new Map([['pods', pods]]);
  for (const container of template.spec.containers ?? []) {
    const { requests, limits } = container.resources ?? {};
    for (const [kind, all] of [
      ['requests', requests ?? limits],
      ['limits', limits],
    ] as const) {
      for (const what of ['cpu', 'memory']) {
        const key = `${kind}.${what}`;
        sum.set(key, (sum.get(key) ?? 0) + pods * (quantityOf(all?.[what]) ?? 0));
      }
    }
  }
  return sum;
}

/** Rounded up, as the Deployment controller does. */
function surgeOf(surge: number | string, replicas: number): number {
  if (typeof surge === 'number') return surge;
  const [, percent] = /^(\d{1,3})%$/.exec(surge) ?? [];
  return percent === undefined ? 0 : Math.ceil((replicas * Number(percent)) / 100);
}
