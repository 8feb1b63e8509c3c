import { groupVersionOf, type KubeObject } from '../objects/object.ts';

/**
 * Kinds that others need, first. It is Helm's `InstallOrder` (helm.sh/helm/v4, `pkg/release/v1/util/kind_sorter.go`) with two
 * changes: definitions come right after namespaces, so that they are established before anything may be an instance of one; and
 * kinds that are not listed, custom resources above all, come before the webhooks, not after them (as in kustomize,
 * `api/internal/plugins/builtinhelpers`, legacy order), for a webhook refuses everything until its own pods run.
 */
const first = [
  'PriorityClass',
  'Namespace',
  'CustomResourceDefinition',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
] as const;
const last = [
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
] as const;

const ranks: ReadonlyMap<string, number> = new Map([
  ...first.map((kind, at) => [kind, at] as const),
  ...last.map((kind, at) => [kind, first.length + 1 + at] as const),
]);

/** Groups of Kubernetes itself; `Service` of another group (`serving.knative.dev`) is a custom resource. */
function isBuiltIn(group: string): boolean {
  return !group.includes('.') || group.endsWith('.k8s.io');
}

/** When an object is sent: a lower number first. */
function rankOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): number {
  const { group } = groupVersionOf(apiVersion);
  return (isBuiltIn(group) ? ranks.get(kind) : undefined) ?? first.length;
}

/** Objects in the order in which they are sent; those of equal rank stay in the order they were given in. */
export function inApplyOrder<Item extends Pick<KubeObject, 'apiVersion' | 'kind'>>(
  objects: readonly Item[],
): readonly Item[] {
  return objects.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** Whether instances of other kinds wait for it: namespaces and definitions. */
export function isGroundwork(object: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return rankOf(object) <= first.indexOf('CustomResourceDefinition');
}

/** Whether it is a definition of a kind. */
export function isDefinition({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return kind === 'CustomResourceDefinition' && groupVersionOf(apiVersion).group === 'apiextensions.k8s.io';
}
