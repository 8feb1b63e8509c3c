import { z } from 'zod';
import { decode } from '../connection/decode.ts';
import type { KubeObject } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';

const definition = z.object({
  spec: z.object({
    group: z.string(),
    names: z.object({ kind: z.string() }),
    versions: z.array(z.object({ name: z.string(), served: z.boolean() })),
  }),
});

/**
 * Whether a definition has instances, which would be deleted with it.
 *
 * @returns true also where nobody can tell, as its kind is not served
 * @throws KUBERNETES_… where the server does not list them
 */
export async function hasInstances(objects: Objects, of: KubeObject, cancel?: AbortSignal): Promise<boolean> {
  const { spec } = decode(definition, of, of.metadata.name);
  const version = spec.versions.find(({ served }) => served)?.name;
  if (version === undefined) return true;
  const kind = { apiVersion: `${spec.group}/${version}`, kind: spec.names.kind };
  // Its names may belong to another definition.
  if ((await objects.discovery.resource(kind, cancel)) === undefined) return true;
  return (await objects.first(kind, cancel)) !== undefined;
}
