import type { SiteSurvey } from '@sealift/core/adoption';
import { idLabel, toolingAnnotation } from '@sealift/kubernetes/apply-set';
import { nameOf, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';

/** The parents of apply sets (KEP-3659) of the kinds that kubectl and Sealift make them of. @throws KUBERNETES_… */
export async function applySetParents(objects: Objects, cancel: Cancel): Promise<SiteSurvey['applySets']> {
  const found = [];
  for (const kind of ['Secret', 'ConfigMap']) {
    const parents = await objects.list({ apiVersion: 'v1', kind, labelSelector: idLabel }, cancel);
    for (const parent of parents) {
      const annotations = parent.metadata.annotations ?? {};
      const tooling = Object.hasOwn(annotations, toolingAnnotation) ? (annotations[toolingAnnotation] ?? '') : '';
      found.push({ object: nameOf(referenceOf(parent)), tooling: tooling === '' ? 'unknown' : tooling.slice(0, 200) });
    }
  }
  return found;
}
