import type { KubeApi, KubeObject, OwnerReference } from '../kube-api.ts';

/** The collections of Cluster API and the vSphere provider that make up clusters, and the Secrets that belong to them. */
function collectionsOf(namespace: string, providerVersion: string): readonly string[] {
  const within = (api: string, plurals: readonly string[]): readonly string[] =>
    plurals.map((plural) => `${api}/namespaces/${namespace}/${plural}`);
  return [
    ...within('/apis/cluster.x-k8s.io/v1beta2', ['clusters', 'machinedeployments', 'machinesets', 'machines']),
    ...within('/apis/controlplane.cluster.x-k8s.io/v1beta2', ['kubeadmcontrolplanes']),
    ...within('/apis/bootstrap.cluster.x-k8s.io/v1beta2', ['kubeadmconfigtemplates', 'kubeadmconfigs']),
    ...within(`/apis/infrastructure.cluster.x-k8s.io/${providerVersion}`, [
      'vsphereclusters',
      'vspheremachinetemplates',
      'vspheremachines',
    ]),
    ...within('/api/v1', ['secrets']),
  ];
}

interface Found {
  readonly collection: string;
  readonly object: KubeObject;
}

/**
 * Moves the objects of a cluster to another API server, as `clusterctl move` does: they are copied while reconciliation is paused, owners
 * before what they own, since an owner is known by its UID and has another one there. What stands in their status is made anew by the
 * controllers. The objects at the source stay, paused, for whoever ends the source.
 *
 * @throws Error when an object is owned by one that is not moved
 */
export async function moveObjects(
  from: KubeApi,
  to: KubeApi,
  at: { readonly namespace: string; readonly clusterName: string; readonly providerVersion: string },
): Promise<void> {
  const { namespace, clusterName, providerVersion } = at;
  const cluster = `/apis/cluster.x-k8s.io/v1beta2/namespaces/${namespace}/clusters/${clusterName}`;
  await from.merge(cluster, { spec: { paused: true } });
  const uids = new Map<string, string>();
  let waiting = await findAll(from, collectionsOf(namespace, providerVersion));
  while (waiting.length > 0) {
    const movable = waiting.filter(({ object }) => owners(object).every(({ uid }) => uids.has(uid)));
    if (movable.length === 0) {
      throw new Error(`owned by what is not moved: ${waiting.map(({ object }) => object.metadata.name).join(', ')}`);
    }
    for (const { collection, object } of movable) {
      uids.set(object.metadata.uid ?? '', await copy(to, collection, object, uids));
    }
    waiting = waiting.filter((one) => !movable.includes(one));
  }
  await to.merge(cluster, { spec: { paused: null } });
}

async function findAll(from: KubeApi, collections: readonly string[]): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const collection of collections) {
    for (const object of await from.list(collection)) {
      const belongs =
        !collection.endsWith('/secrets') || object.metadata.labels?.['cluster.x-k8s.io/cluster-name'] !== undefined;
      if (belongs) found.push({ collection, object });
    }
  }
  return found;
}

/** Makes the copy and returns its UID. */
async function copy(
  to: KubeApi,
  collection: string,
  object: KubeObject,
  uids: ReadonlyMap<string, string>,
): Promise<string> {
  const { status: _, ...rest } = object as KubeObject & { readonly status?: unknown };
  const { name, namespace, labels, annotations, finalizers } = object.metadata;
  const ownerReferences = owners(object).map((owner) => ({ ...owner, uid: uids.get(owner.uid) }));
  const metadata = { name, namespace, labels, annotations, finalizers, ownerReferences };
  await to.create(collection, { ...rest, metadata });
  const uid = (await to.get(`${collection}/${name}`))?.metadata.uid;
  if (uid === undefined) throw new Error(`${collection}/${name} is not there after it was made`);
  return uid;
}

function owners({ metadata }: KubeObject): readonly OwnerReference[] {
  return metadata.ownerReferences ?? [];
}
