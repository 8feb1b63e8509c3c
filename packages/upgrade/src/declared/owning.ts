import type { ObjectPlace, OwnObjects } from '@sealift/core/release';
import type { Standing } from '../ports/declared.ts';
import { refused } from './refused.ts';

/** As much of an object as tells whose it is. */
export interface OwnedObject {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
    readonly ownerReferences?:
      | readonly { readonly kind: string; readonly name: string; readonly controller?: boolean | undefined }[]
      | undefined;
    readonly managedFields?:
      | readonly { readonly manager?: string | undefined; readonly subresource?: string | undefined }[]
      | undefined;
  };
}

/** An object that is to be taken over; undefined where it is not there. */
export interface Taken {
  readonly place: ObjectPlace;
  readonly object: OwnedObject | undefined;
}

const managedBy = 'app.kubernetes.io/managed-by';
const releaseName = 'meta.helm.sh/release-name';
const releaseNamespace = 'meta.helm.sh/release-namespace';

/** For a person: `Deployment harbor/web`. */
export function placeText({ kind, namespace, name }: ObjectPlace): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** What marks an object as one of a release of Helm (Helm, `pkg/action/validate.go`). */
export function helmMarks({ release, namespace }: NonNullable<OwnObjects['owner']['helm']>) {
  return {
    labels: { [managedBy]: 'Helm' },
    annotations: { [releaseName]: release, [releaseNamespace]: namespace },
  };
}

/** Whether one of the managers has fields of an object that were not set through a subresource. */
export function hasFieldsOf(object: OwnedObject, managers: readonly string[]): boolean {
  return (object.metadata.managedFields ?? []).some(
    ({ manager = '', subresource = '' }) => subresource === '' && managers.includes(manager),
  );
}

/**
 * Which objects are still to be taken over. What belongs to a controller or to another release of Helm is theirs.
 *
 * @throws DECLARED_STEP_REFUSED
 */
export function owningOf(
  { owner }: OwnObjects,
  all: readonly Taken[],
): { readonly standing: Standing; readonly open: readonly Taken[] } {
  const there = all.flatMap((one) => (one.object === undefined ? [] : [{ ...one, object: one.object }]));
  for (const { place, object } of there) refuseForeign(owner, place, object);
  const open = there.filter(({ object }) => !isOwn(owner, object));
  const missing = all.filter(({ object }) => object === undefined).map(({ place }) => placeText(place));
  if (open.length > 0) {
    const message = `Taking over ${open.map(({ place }) => placeText(place)).join(', ')}`;
    return { standing: { state: 'act', message }, open };
  }
  const away = missing.length === 0 ? '' : `; not there: ${missing.join(', ')}`;
  const message = `${there.length} of ${all.length} objects belong to what the release applies${away}`;
  return {
    standing: { state: 'done', message, evidence: { own: there.map(({ place }) => placeText(place)), missing } },
    open,
  };
}

function isOwn({ helm, managers }: OwnObjects['owner'], object: OwnedObject): boolean {
  if (helm === undefined) return !hasFieldsOf(object, managers ?? []);
  const { labels = {}, annotations = {} } = object.metadata;
  const marks = helmMarks(helm);
  return (
    labels[managedBy] === marks.labels[managedBy] &&
    Object.entries(marks.annotations).every(([name, value]) => annotations[name] === value) &&
    !hasFieldsOf(object, helm.managers)
  );
}

function refuseForeign({ helm }: OwnObjects['owner'], place: ObjectPlace, object: OwnedObject): void {
  const { kind, namespace: at, name: of } = place;
  const work = { what: `taking over ${placeText(place)}`, kind, name: at === undefined ? of : `${at}/${of}` };
  const controller = object.metadata.ownerReferences?.find((one) => one.controller === true);
  if (controller !== undefined) {
    const reason = `it belongs to ${controller.kind} ${controller.name}, which keeps it as it is`;
    throw refused(
      work,
      reason,
      'Ask the vendor of the release: what makes the object is not what the release takes it for.',
    );
  }
  const { annotations = {} } = object.metadata;
  const [name, namespace] = [annotations[releaseName], annotations[releaseNamespace]];
  if (name === undefined || (helm !== undefined && name === helm.release && namespace === helm.namespace)) return;
  const reason = `it belongs to the release ${namespace ?? ''}/${name} of Helm`;
  throw refused(
    work,
    reason,
    `Remove that release, or let it keep the object: take its annotations ${releaseName} and ${releaseNamespace} away where it has none of it any more.`,
  );
}
