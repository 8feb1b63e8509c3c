import type { CheckItem } from '@sealift/core/check';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { z } from 'zod';

const schema = z.object({
  spec: z.object({
    selector: z
      .object({
        matchLabels: z.record(z.string(), z.string()).nullish(),
        matchExpressions: z
          .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() }))
          .nullish(),
      })
      .nullish(),
  }),
});
type Selector = NonNullable<z.infer<typeof schema>['spec']['selector']>;
type Labels = Readonly<Record<string, string>>;

/**
 * Pods that more than one budget covers: the API server refuses to evict such a pod, whatever the budgets allow (Kubernetes, "Eviction API").
 *
 * @throws KUBERNETES_…
 */
export async function budgetOverlaps(
  objects: Objects,
  budgets: readonly KubeObject[],
  cancel: Cancel,
): Promise<readonly CheckItem[]> {
  const byNamespace = Map.groupBy(budgets, ({ metadata }) => metadata.namespace ?? '');
  const items: CheckItem[] = [];
  for (const [namespace, here] of byNamespace) {
    if (here.length < 2) continue;
    const pods = await objects.list({ apiVersion: 'v1', kind: 'Pod', namespace, metadataOnly: true }, cancel);
    items.push(...overlapsIn(here, pods));
  }
  return items;
}

/** Of one namespace. */
export function overlapsIn(budgets: readonly KubeObject[], pods: readonly KubeObject[]): readonly CheckItem[] {
  const known = budgets.flatMap((budget) => {
    const selector = schema.safeParse(budget).data?.spec.selector;
    return selector ? [{ name: budget.metadata.name, selector }] : [];
  });
  return pods.flatMap((pod): readonly CheckItem[] => {
    const covering = known.filter(({ selector }) => selects(selector, pod.metadata.labels ?? {}));
    if (covering.length < 2) return [];
    return [
      {
        place: nameOf(referenceOf(pod)),
        text: `can never be evicted: ${covering.length} budgets cover it (${covering.map(({ name }) => name).join(', ')})`,
        remedy: 'Leave it to one of them: change the selectors of the others, or remove them.',
      },
    ];
  });
}

function selects({ matchLabels, matchExpressions }: Selector, labels: Labels): boolean {
  const isLabelled = Object.entries(matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return isLabelled && (matchExpressions ?? []).every((one) => holds(one, labels));
}

function holds({ key, operator, values }: NonNullable<Selector['matchExpressions']>[number], labels: Labels): boolean {
  const has = Object.hasOwn(labels, key);
  const isAmong = has && (values ?? []).includes(labels[key] ?? '');
  switch (operator) {
    case 'In':
      return isAmong;
    case 'NotIn':
      return !isAmong;
    case 'Exists':
      return has;
    case 'DoesNotExist':
      return !has;
    default:
      return false;
  }
}
