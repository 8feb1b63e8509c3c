import { z } from 'zod';
import { fieldOf, readable, statusReasonOf } from '../connection/answer.ts';
import { type KubeObject, nameOf, type ObjectReference, referenceOf } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import type { ReleasePlace } from './releases.ts';

/** Under which Helm sets fields (`metadata.managedFields`), by server-side apply and client-side alike. */
export const helmManager = 'helm';

/** A field that a release sets, and that another manager set to something else. */
export interface ForeignField {
  readonly object: ObjectReference;
  /** Such as `.spec.replicas`. */
  readonly field: string;
  /** In the API server's words: `conflict with "kubectl" with subresource "scale" using apps/v1`. */
  readonly owner: string;
}

/** What an installation or upgrade of a chart would meet. */
export interface Inspection {
  /** What is there already and belongs to nobody, or to another release. */
  readonly foreignObjects: readonly ObjectReference[];
  readonly foreignFields: readonly ForeignField[];
}

/**
 * Looks, without changing anything, at what a release would meet in the cluster: objects that are not its own, and fields that others
 * set otherwise. What helm would take by force, or fail at halfway.
 *
 * @param rendered the objects of the chart, each with its namespace
 * @throws KUBERNETES_…, CANCELLED
 */
export async function inspectUpgrade(
  objects: Objects,
  place: ReleasePlace,
  rendered: readonly KubeObject[],
  cancel?: AbortSignal,
): Promise<Inspection> {
  const foreignObjects: ObjectReference[] = [];
  const foreignFields: ForeignField[] = [];
  for (const object of rendered) {
    const reference = referenceOf(object);
    // A kind that the chart brings itself has no objects yet.
    if ((await objects.discovery.resource(reference, cancel)) === undefined) continue;
    const live = await objects.get(reference, cancel);
    if (live === undefined) continue;
    if (!belongsTo(live, place)) foreignObjects.push(reference);
    else foreignFields.push(...(await fieldsOfOthers(objects, object, cancel)));
  }
  return { foreignObjects, foreignFields };
}

/** Whether Helm would take the object for one of the release (Helm, `pkg/action/validate.go`). */
export function belongsTo({ metadata: { labels = {}, annotations = {} } }: KubeObject, place: ReleasePlace): boolean {
  return (
    labels['app.kubernetes.io/managed-by'] === 'Helm' &&
    annotations['meta.helm.sh/release-name'] === place.name &&
    annotations['meta.helm.sh/release-namespace'] === place.namespace
  );
}

/** A rendered object as helm sends it: marked as one of the release, which no manifest says (Helm, `pkg/action/validate.go`). */
export function asReleaseObject(object: KubeObject, { namespace, name }: ReleasePlace): KubeObject {
  const { labels, annotations } = object.metadata;
  const marks = { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': namespace };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { ...annotations, ...marks },
    },
  };
}

const causesSchema = z.array(z.object({ reason: z.string(), message: z.string(), field: z.string().optional() }));

async function fieldsOfOthers(objects: Objects, object: KubeObject, cancel?: AbortSignal): Promise<ForeignField[]> {
  const reference = referenceOf(object);
  const answer = await objects.client.ask({
    method: 'PATCH',
    path: await objects.pathOf(reference, cancel),
    contentType: 'application/apply-patch+yaml',
    query: { fieldManager: helmManager, dryRun: 'All', force: 'false' },
    body: object,
    idempotent: true,
    cancel,
  });
  // Whatever else it refuses, helm is refused too, and says it of the whole.
  if (answer.status !== 409 || statusReasonOf(answer.body) !== 'Conflict') return [];
  const causes = causesSchema.safeParse(fieldOf(fieldOf(answer.body, 'details'), 'causes'));
  return (causes.data ?? [])
    .filter(({ reason, message }) => reason === 'FieldManagerConflict' && !message.includes(`"${helmManager}"`))
    .map(({ message, field = '' }) => ({
      object: reference,
      field: readable(field, 200),
      owner: readable(message, 200),
    }));
}

/** For a person: `Deployment.apps shop/web: .spec.replicas (conflict with "kubectl" …)`. */
export function fieldsShown(fields: readonly ForeignField[]): string {
  return fields.map(({ object, field, owner }) => `${nameOf(object)}: ${field} (${owner})`).join('; ');
}
