import type { OwnObjects } from '@sealift/core/release';
import type { ReleasePlace } from '@sealift/kubernetes/helm-releases';
import { identityOfReference, type ObjectReference } from '@sealift/kubernetes/object';

/** What steps of a release give to what layers apply, before they do. */
export class TakenOver {
  readonly #steps: readonly { readonly owner: OwnObjects['owner']; readonly objects: ReadonlySet<string> }[];

  constructor(steps: readonly OwnObjects[]) {
    this.#steps = steps.map(({ owner, objects }) => ({
      owner,
      objects: new Set(objects.map((object) => identityOfReference(object))),
    }));
  }

  /** To whom among charts' releases an object is given, with the managers that give up their fields; undefined where it is not. */
  byChart(object: ObjectReference, { namespace, name }: ReleasePlace): OwnObjects['owner']['helm'] {
    const identity = identityOfReference(object);
    return this.#steps.find(
      ({ owner: { helm }, objects }) =>
        helm !== undefined && helm.release === name && helm.namespace === namespace && objects.has(identity),
    )?.owner.helm;
  }

  /** Whose fields of an object are given to manifests. */
  byManifests(object: ObjectReference): readonly string[] {
    const identity = identityOfReference(object);
    return this.#steps.flatMap(({ owner: { managers = [] }, objects }) => (objects.has(identity) ? managers : []));
  }
}
