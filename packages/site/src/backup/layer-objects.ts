import type { KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { layerNamespace } from '../cluster/layers/layer-record.ts';
import { LayerRecords } from '../cluster/layers/layer-records.ts';
import { settingsIn } from './settings-in.ts';

/** Here are the settings of the cloud provider and of the storage, also where no layer brought them. */
const systemNamespace = 'kube-system';

/** The records of the layers, and the settings in every namespace that a layer has something in. @throws RECORD_…, KUBERNETES_… */
export async function layerObjects(objects: Objects, cancel: Cancel): Promise<readonly KubeObject[]> {
  const namespaces = new Set([layerNamespace, systemNamespace]);
  for (const { record } of await new LayerRecords(objects).all(cancel)) {
    for (const { namespace } of [...record.releases, ...record.members]) {
      if (namespace !== undefined) namespaces.add(namespace);
    }
  }
  return await settingsIn(objects, namespaces, cancel);
}
