/** The vSphere CSI driver accepts at most so many characters (vSphere CSI driver, "Create a Kubernetes secret"). */
const limitCharacters = 64;

const uuid = /(?<![\da-f])[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}(?![\da-f])/i;

/** Whether an id was made to be unique: it holds a UUID. */
export function isUniqueByForm(clusterId: string): boolean {
  return uuid.test(clusterId);
}

/**
 * Whether an id is `<namespace>/<cluster name>`, which old installations got without being asked: every cluster that was
 * installed under these two names has the same. A name that a person chose (`prod-cluster-7`) is not of this form.
 */
export function isDefaultForm(clusterId: string): boolean {
  return (
    !isUniqueByForm(clusterId) && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\/[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?$/.test(clusterId)
  );
}

/** An id for a cluster, `<uuid>/<cluster name>`; a long name is cut, the UUID never. */
export function makeClusterId(newUuid: string, clusterName: string): string {
  const name = clusterName.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^-+|-+$/g, '');
  return `${newUuid}/${name === '' ? 'cluster' : name}`.slice(0, limitCharacters);
}

/** The name of the cluster in an id of the form `<namespace>/<cluster name>`. */
export function clusterNameIn(clusterId: string): string {
  return clusterId.slice(clusterId.lastIndexOf('/') + 1);
}
