import type { CheckItem } from '@sealift/core/check';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { acceptable, block, type Finding, pass, warn, withItems } from '@sealift/upgrade/preflight/check';
import { z } from 'zod';

const count = z.number().int().nullish();
const schema = z.object({
  spec: z.object({ minAvailable: z.unknown().optional(), maxUnavailable: z.unknown().optional() }),
  status: z
    .object({
      observedGeneration: count,
      disruptionsAllowed: count,
      currentHealthy: count,
      desiredHealthy: count,
      expectedPods: count,
    })
    .nullish(),
});

/**
 * Which disruption budgets would keep the drain of a node waiting. One that never allows an eviction blocks; one that allows none just now
 * may again when its pods are healthy.
 *
 * @param drained whether nodes are replaced at all
 * @param isBounded whether a drain is given up after a time, and pods are taken away then
 * @param overlaps pods that no budget lets go, as several cover them
 */
export function budgetsAllow(
  budgets: readonly KubeObject[],
  {
    drained,
    isBounded,
    overlaps = [],
  }: { readonly drained: boolean; readonly isBounded: boolean; readonly overlaps?: readonly CheckItem[] },
): Finding {
  if (!drained) return pass('No node is replaced');
  const never: CheckItem[] = [...overlaps];
  const later: CheckItem[] = [];
  const unknown: CheckItem[] = [];
  for (const budget of budgets) {
    const place = nameOf(referenceOf(budget));
    const { data } = schema.safeParse(budget);
    const { status } = data ?? {};
    const { generation = 0 } = budget.metadata;
    if (data === undefined) {
      unknown.push({ place, text: 'is not of the usual form' });
      continue;
    }
    if ((status?.observedGeneration ?? 0) < generation) {
      unknown.push({ place, text: 'was not computed yet for what it asks for' });
      continue;
    }
    const { disruptionsAllowed = 0, currentHealthy, desiredHealthy, expectedPods } = status ?? {};
    if ((disruptionsAllowed ?? 0) > 0 || (expectedPods ?? 0) === 0) continue;
    const [healthy, needed, pods] = [currentHealthy ?? 0, desiredHealthy ?? 0, expectedPods ?? 0];
    const sum = `needs ${needed} healthy pods of ${pods} and has ${healthy}`;
    if (needed >= pods) {
      const text = `never allows an eviction: it ${sum} (${askedText(data.spec)})`;
      never.push({
        place,
        text,
        remedy: 'Give it one pod more than it needs, or let it need one less, for the time of the upgrade.',
      });
    } else {
      later.push({ place, text: `allows no eviction now: it ${sum}`, remedy: 'Bring its pods back to health.' });
    }
  }
  const items = [...never, ...later, ...unknown];
  const [first] = items;
  if (first === undefined) return pass(`${budgets.length} budgets, each allows an eviction`);
  const detail = `${items.length} of ${budgets.length} budgets and the pods under them would keep a drain waiting; ${first.place} ${first.text}`;
  const remedy = first.remedy ?? 'Look again in some seconds; kube-controller-manager computes it.';
  const isStopped = never.length > 0 && !isBounded;
  const finding = withItems((isStopped ? block : warn)(detail, remedy), items);
  if (!isStopped) return finding;
  return acceptable(
    finding,
    'The drain of a node with such a pod waits until somebody takes the pod away by hand; the upgrade names it then.',
    never.map(({ place }) => place),
  );
}

function askedText({
  minAvailable,
  maxUnavailable,
}: {
  readonly minAvailable?: unknown;
  readonly maxUnavailable?: unknown;
}): string {
  const [name, value] =
    minAvailable === undefined ? ['maxUnavailable', maxUnavailable] : ['minAvailable', minAvailable];
  return `${name} ${typeof value === 'number' || typeof value === 'string' ? value : 'unset'}`;
}
