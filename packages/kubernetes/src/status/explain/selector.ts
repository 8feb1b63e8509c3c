import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';

const expression = z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() });
const labels = z.record(z.string(), z.string()).nullish();
const simple = z.object({ spec: z.object({ selector: z.record(z.string(), z.string()) }) });
const structured = z.object({
  spec: z.object({ selector: z.object({ matchLabels: labels, matchExpressions: z.array(expression).nullish() }) }),
});

/** The pods that an object selects, as a label selector of a list (Kubernetes, "Labels and Selectors"); undefined where it selects none. */
export function selectorOf(object: KubeObject): string | undefined {
  const parts = object.kind === 'ReplicationController' ? simpleParts(object) : structuredParts(object);
  // Nothing selects everything: what that would read says nothing about this object.
  return parts.length === 0 ? undefined : parts.join(',');
}

function simpleParts(object: KubeObject): readonly string[] {
  return equals(simple.safeParse(object).data?.spec.selector);
}

function structuredParts(object: KubeObject): readonly string[] {
  const { matchLabels, matchExpressions } = structured.safeParse(object).data?.spec.selector ?? {};
  return [...equals(matchLabels), ...(matchExpressions ?? []).map(textOf)];
}

function equals(wanted: Readonly<Record<string, string>> | null | undefined): readonly string[] {
  return Object.entries(wanted ?? {}).map(([name, value]) => `${name}=${value}`);
}

function textOf({ key, operator, values }: z.infer<typeof expression>): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'NotIn' ? 'notin' : 'in'} (${(values ?? []).join(',')})`;
}
