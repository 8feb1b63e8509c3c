import { identityOfReference, type KubeObject, type ObjectReference, referenceOf } from '@sealift/kubernetes/object';
import { inApplyOrder } from '@sealift/kubernetes/order';
import { isDeployment, providerOf, providerSelector } from './deployment.ts';
import { forEach, type ProvidersTools } from './providers-tools.ts';

/** What former components left behind would go on acting, or refuse what nobody answers for. Data, namespaces and definitions stay. */
const kinds = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration' },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
];
/** On all that clusterctl has installed, and that it would remove in an upgrade of its own. */
const installedLabel = 'clusterctl.cluster.x-k8s.io';

/**
 * Objects of the same providers that the components do not have any more: those that clusterctl installed, and those that were applied before.
 *
 * @throws KUBERNETES_…
 */
export async function findLeftovers(
  wanted: readonly KubeObject[],
  recorded: readonly ObjectReference[],
  { objects, cancel }: ProvidersTools,
): Promise<readonly KubeObject[]> {
  const providers = new Set(wanted.filter(isDeployment).map(providerOf));
  const stay = new Set(wanted.map(identityOf));
  const before = new Set(recorded.map(identityOfReference));
  const listed = await forEach(kinds, (of) => objects.list({ ...of, labelSelector: providerSelector }, cancel));
  const left = listed
    .flat()
    .filter(
      (one) =>
        providers.has(providerOf(one)) &&
        !stay.has(identityOf(one)) &&
        (before.has(identityOf(one)) || Object.hasOwn(one.metadata.labels ?? {}, installedLabel)) &&
        !(one.metadata.ownerReferences ?? []).some(({ controller }) => controller === true),
    );
  return inApplyOrder(left).toReversed();
}

function identityOf(object: KubeObject): string {
  return identityOfReference(referenceOf(object));
}
