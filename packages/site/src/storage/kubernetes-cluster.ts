import type { KubernetesClient } from '@sealift/kubernetes/client';
import {
  createConfigMap,
  readConfigMap,
  readSecret,
  setConfigMapKey,
  setSecretKey,
} from '@sealift/kubernetes/config-objects';
import { listPersistentVolumes } from '@sealift/kubernetes/persistent-volumes';
import { annotatePods, readWorkload, waitForWorkload } from '@sealift/kubernetes/workloads';
import type { StorageCluster } from './identity/cluster.ts';

/** A cluster as the check and repair of its storage identity see it, over its API server. */
export function storageCluster(client: KubernetesClient): StorageCluster {
  return {
    readConfigMap: (at, cancel) => readConfigMap(client, at, cancel),
    readSecret: (at, cancel) => readSecret(client, at, cancel),
    createConfigMap: (at, data, cancel) => createConfigMap(client, at, data, cancel),
    setConfigMapKey: (at, change) => setConfigMapKey(client, at, change),
    setSecretKey: (at, change) => setSecretKey(client, at, change),
    listPersistentVolumes: (driver, cancel) => listPersistentVolumes(client, driver, { cancel }),
    readWorkload: (at, cancel) => readWorkload(client, at, cancel),
    annotatePods: (at, annotations, cancel) => annotatePods(client, at, annotations, cancel),
    waitForWorkload: (at, timeoutMs, cancel) => waitForWorkload(client, at, timeoutMs, cancel),
  };
}
