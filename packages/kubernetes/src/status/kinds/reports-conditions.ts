import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';

const open = z.looseObject({
  properties: z.record(z.string(), z.unknown()).nullish(),
  'x-kubernetes-preserve-unknown-fields': z.boolean().nullish(),
});
const fields = z.object({
  spec: z.object({
    versions: z.array(
      z.object({
        name: z.string(),
        subresources: z.object({ status: z.unknown() }).nullish(),
        schema: z.object({ openAPIV3Schema: open.nullish() }).nullish(),
      }),
    ),
  }),
});

/** Whether resources of a definition can have conditions in a version: false only when its schema leaves no room for them. */
export function reportsConditions(definition: KubeObject, apiVersion: string): boolean {
  const { data } = fields.safeParse(definition);
  const version = data?.spec.versions.find(({ name }) => name === apiVersion.slice(apiVersion.indexOf('/') + 1));
  if (version === undefined) return true;
  const root = version.schema?.openAPIV3Schema;
  if (root === null || root === undefined || isOpen(root)) return true;
  const status = memberOf(root, 'status');
  if (status === undefined) return false;
  return isOpen(status) || memberOf(status, 'conditions') !== undefined || memberOf(status, 'ready') !== undefined;
}

type Part = z.infer<typeof open>;

function isOpen(part: Part): boolean {
  return part['x-kubernetes-preserve-unknown-fields'] === true;
}

function memberOf({ properties }: Part, name: string): Part | undefined {
  if (properties === null || properties === undefined || !Object.hasOwn(properties, name)) return undefined;
  return open.safeParse(properties[name]).data;
}
