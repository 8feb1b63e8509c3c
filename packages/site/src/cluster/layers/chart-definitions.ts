import { SealiftError } from '@sealift/core/errors';
import { apply } from '@sealift/kubernetes/apply';
import { applyAll } from '@sealift/kubernetes/apply-all';
import { FieldConflict } from '@sealift/kubernetes/field-conflict';
import type { Capabilities } from '@sealift/kubernetes/helm';
import { readManifest } from '@sealift/kubernetes/manifest';
import { apiVersionOf, type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { z } from 'zod';

/** Under which helm made definitions before. */
const helmManager = 'helm';

/** Definitions of a chart's folder `crds`, as they are to be, with the fields that helm set and that are taken over from it. */
export interface PlannedDefinitions {
  readonly objects: readonly KubeObject[];
  readonly agreed: ReadonlyMap<string, FieldConflict['owners']>;
  /** Whether the cluster serves all of their kinds already. */
  readonly served: boolean;
}

/**
 * Looks at what becomes of a chart's definitions. Helm makes them once and never changes them; an upgrade whose new objects or programs need
 * their new fields would fail, so they are applied before each.
 *
 * @throws KUBERNETES_FIELD_CONFLICT where somebody else than helm set other fields; KUBERNETES_REFUSED, KUBERNETES_…
 */
export async function planDefinitions(
  text: string,
  place: string,
  objects: Objects,
  cancel: Cancel,
): Promise<PlannedDefinitions> {
  const found = readManifest(text, `${place}, crds`).map(({ object }) => object);
  const agreed = new Map<string, FieldConflict['owners']>();
  let served = true;
  for (const object of found) {
    if (object.kind !== 'CustomResourceDefinition') {
      const reason = `its folder crds holds ${nameOf(referenceOf(object))}, which is no definition`;
      throw new SealiftError('CHART_INVALID', { place, values: { reason } });
    }
    if (!(await isServed(objects, object, cancel))) served = false;
    const name = nameOf(referenceOf(object));
    try {
      await apply(objects, object, { dryRun: true, cancel });
    } catch (error) {
      if (!(error instanceof FieldConflict) || error.owners.some(({ manager }) => manager !== helmManager)) throw error;
      agreed.set(name, error.owners);
    }
  }
  return { objects: found, agreed, served };
}

/** Applies them, and waits until their kinds are served. @throws as `applyAll` */
export async function applyDefinitions(
  { objects: wanted, agreed }: PlannedDefinitions,
  objects: Objects,
  cancel: Cancel,
): Promise<void> {
  if (wanted.length === 0) return;
  await applyAll(objects, wanted, { agreed, cancel });
  objects.discovery.forget();
}

const specSchema = z.object({
  group: z.string(),
  names: z.object({ kind: z.string() }),
  versions: z.array(z.object({ name: z.string(), served: z.boolean() })),
});

async function isServed(objects: Objects, definition: KubeObject, cancel: Cancel): Promise<boolean> {
  const spec = specSchema.safeParse(definition['spec']);
  if (!spec.success) return false;
  const { group, names, versions } = spec.data;
  for (const { name: version, served } of versions) {
    const of = { apiVersion: apiVersionOf({ group, version }), kind: names.kind };
    if (served && (await objects.discovery.resource(of, cancel)) === undefined) return false;
  }
  return true;
}

/** What charts may ask of the cluster, with the kinds that they bring themselves. @throws KUBERNETES_… */
export async function capabilities(
  { objects: brought }: Pick<PlannedDefinitions, 'objects'>,
  objects: Objects,
  cancel: Cancel,
): Promise<Capabilities> {
  const { gitVersion } = z.object({ gitVersion: z.string() }).parse(await objects.client.read('/version', cancel));
  const { resources } = await objects.discovery.read(cancel);
  const own = brought.flatMap((object) => {
    const spec = specSchema.safeParse(object['spec']).data;
    return (spec?.versions ?? []).flatMap(({ name: version, served }) =>
      served && spec !== undefined ? [{ group: spec.group, version, kind: spec.names.kind }] : [],
    );
  });
  const names = [...resources, ...own].flatMap((at) => [apiVersionOf(at), `${apiVersionOf(at)}/${at.kind}`]);
  return { version: gitVersion, apiVersions: [...new Set(names)] };
}
