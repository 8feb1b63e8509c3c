import type { KubeObject } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';

/**
 * The objects with the namespace each will be in: of those that name none, the given one where their kind has namespaces. A kind that is
 * not served yet is taken to be defined beside them, by one of the objects or not at all.
 *
 * @throws KUBERNETES_API_INCOMPLETE, KUBERNETES_…
 */
export async function placed(
  objects: Objects,
  of: readonly KubeObject[],
  namespace: string,
  cancel?: AbortSignal,
): Promise<readonly KubeObject[]> {
  const brought = new Map(of.flatMap((object) => definedBy(object)));
  const all: KubeObject[] = [];
  for (const object of of) {
    const resource = await objects.discovery.resource(object, cancel);
    const namespaced = resource?.namespaced ?? brought.get(kindOf(object)) ?? object.metadata.namespace !== undefined;
    const { namespace: own, ...metadata } = object.metadata;
    const at = own === undefined || own === '' ? namespace : own;
    all.push({ ...object, metadata: namespaced ? { ...metadata, namespace: at } : metadata });
  }
  return all;
}

/** Which kinds a definition brings, and whether they have namespaces. */
function definedBy(object: KubeObject): readonly (readonly [string, boolean])[] {
  if (object.kind !== 'CustomResourceDefinition') return [];
  const { group, scope, names } = (object['spec'] ?? {}) as {
    readonly group?: unknown;
    readonly scope?: unknown;
    readonly names?: { readonly kind?: unknown };
  };
  return typeof group === 'string' && typeof names?.kind === 'string'
    ? [[`${names.kind}.${group}`, scope === 'Namespaced']]
    : [];
}

function kindOf({ apiVersion, kind }: KubeObject): string {
  const slash = apiVersion.indexOf('/');
  return `${kind}.${slash === -1 ? '' : apiVersion.slice(0, slash)}`;
}
