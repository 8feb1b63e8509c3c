import { groups } from '@sealift/kubernetes/cluster-api-names';
import { groupVersionOf, type KubeObject } from '@sealift/kubernetes/object';
import { z } from 'zod';

const specSchema = z.object({
  spec: z.object({ template: z.object({ spec: z.object({ template: z.string().min(1).max(1024) }) }) }),
});

/** The templates in vCenter that machine templates name, each once. */
export function templateNames(objects: readonly KubeObject[]): readonly string[] {
  const named = objects
    .filter(({ apiVersion }) => groupVersionOf(apiVersion).group === groups.infrastructure)
    .flatMap((object) => specSchema.safeParse(object).data?.spec.template.spec.template ?? []);
  return [...new Set(named)];
}
