/** Where an object of Kubernetes is. */
export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** A ConfigMap or Secret, its values as text. */
export interface StoredObject {
  readonly resourceVersion: string;
  readonly immutable: boolean;
  readonly data: ReadonlyMap<string, string>;
}

/** A new value for one key; refused when the object is no longer that of the version. */
export interface KeyChange {
  readonly resourceVersion: string;
  readonly key: string;
  readonly value: string;
  readonly cancel?: AbortSignal | undefined;
}

export interface ClusterVolume {
  /** Of the PersistentVolume. */
  readonly name: string;
  readonly volumeHandle: string;
  /** `namespace/name` of its claim. */
  readonly claim: string | undefined;
}

export interface WorkloadName extends ObjectName {
  readonly kind: 'Deployment' | 'DaemonSet';
}

export interface Workload {
  /** Of the pods' template. */
  readonly annotations: ReadonlyMap<string, string>;
  /** Every pod is of the present template, and as many as wanted are available. */
  readonly settled: boolean;
}

/** What the check and repair of the storage identity ask of the Kubernetes cluster. What does not exist is undefined. */
export interface StorageCluster {
  readConfigMap(at: ObjectName, cancel?: AbortSignal): Promise<StoredObject | undefined>;
  readSecret(at: ObjectName, cancel?: AbortSignal): Promise<StoredObject | undefined>;
  /** False where it exists already. */
  createConfigMap(at: ObjectName, data: Readonly<Record<string, string>>, cancel?: AbortSignal): Promise<boolean>;
  setConfigMapKey(at: ObjectName, change: KeyChange): Promise<void>;
  setSecretKey(at: ObjectName, change: KeyChange): Promise<void>;
  listPersistentVolumes(driver: string, cancel?: AbortSignal): Promise<readonly ClusterVolume[]>;
  readWorkload(at: WorkloadName, cancel?: AbortSignal): Promise<Workload | undefined>;
  /** Rolls the pods out anew; the same annotations again change nothing. */
  annotatePods(at: WorkloadName, annotations: Readonly<Record<string, string>>, cancel?: AbortSignal): Promise<void>;
  waitForWorkload(at: WorkloadName, timeoutMs: number, cancel?: AbortSignal): Promise<void>;
}
