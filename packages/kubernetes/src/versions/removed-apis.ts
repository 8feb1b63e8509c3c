import type { KubeObject } from '../objects/object.ts';

/**
 * API versions that a minor of Kubernetes 1 serves no more, with their kinds: what the types of k8s.io/api v0.37.2 say of their own life cycle
 * (`APILifecycleRemoved`), and what its deprecation guide tells of types that are gone from there. A removal that is announced for
 * later may still be put off.
 */
const table: readonly (readonly [minor: number, apiVersion: string, ...kinds: readonly string[]])[] = [
  [16, 'extensions/v1beta1', 'DaemonSet', 'Deployment', 'NetworkPolicy', 'PodSecurityPolicy', 'ReplicaSet'],
  [16, 'apps/v1beta1', 'ControllerRevision', 'Deployment', 'StatefulSet'],
  [16, 'apps/v1beta2', 'ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  [22, 'admissionregistration.k8s.io/v1beta1', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
  [22, 'apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition'],
  [22, 'apiregistration.k8s.io/v1beta1', 'APIService'],
  [22, 'authentication.k8s.io/v1beta1', 'TokenReview'],
  [
    22,
    'authorization.k8s.io/v1beta1',
    'LocalSubjectAccessReview',
    'SelfSubjectAccessReview',
    'SelfSubjectRulesReview',
    'SubjectAccessReview',
  ],
  [22, 'certificates.k8s.io/v1beta1', 'CertificateSigningRequest'],
  [22, 'coordination.k8s.io/v1beta1', 'Lease'],
  [22, 'extensions/v1beta1', 'Ingress'],
  [22, 'networking.k8s.io/v1beta1', 'Ingress', 'IngressClass'],
  [22, 'rbac.authorization.k8s.io/v1beta1', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  [22, 'scheduling.k8s.io/v1beta1', 'PriorityClass'],
  [22, 'storage.k8s.io/v1beta1', 'CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'],
  [24, 'storage.k8s.io/v1alpha1', 'CSIStorageCapacity', 'VolumeAttachment'],
  [25, 'autoscaling/v2beta1', 'HorizontalPodAutoscaler'],
  [25, 'batch/v1beta1', 'CronJob'],
  [25, 'discovery.k8s.io/v1beta1', 'EndpointSlice'],
  [25, 'events.k8s.io/v1beta1', 'Event'],
  [25, 'node.k8s.io/v1beta1', 'RuntimeClass'],
  [25, 'policy/v1beta1', 'Eviction', 'PodDisruptionBudget', 'PodSecurityPolicy'],
  [26, 'autoscaling/v2beta2', 'HorizontalPodAutoscaler'],
  [26, 'flowcontrol.apiserver.k8s.io/v1beta1', 'FlowSchema', 'PriorityLevelConfiguration'],
  [27, 'storage.k8s.io/v1beta1', 'CSIStorageCapacity'],
  [29, 'flowcontrol.apiserver.k8s.io/v1beta2', 'FlowSchema', 'PriorityLevelConfiguration'],
  [32, 'admissionregistration.k8s.io/v1alpha1', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
  [32, 'flowcontrol.apiserver.k8s.io/v1beta3', 'FlowSchema', 'PriorityLevelConfiguration'],
  [34, 'admissionregistration.k8s.io/v1beta1', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
  [35, 'storage.k8s.io/v1alpha1', 'VolumeAttributesClass'],
  [37, 'certificates.k8s.io/v1alpha1', 'ClusterTrustBundle'],
  [37, 'networking.k8s.io/v1beta1', 'IPAddress', 'ServiceCIDR'],
  [37, 'storage.k8s.io/v1beta1', 'VolumeAttributesClass'],
  [38, 'admissionregistration.k8s.io/v1alpha1', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'],
  [38, 'coordination.k8s.io/v1alpha2', 'LeaseCandidate'],
  [38, 'resource.k8s.io/v1beta1', 'DeviceClass', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice'],
  [39, 'coordination.k8s.io/v1beta1', 'LeaseCandidate'],
  [39, 'resource.k8s.io/v1beta2', 'DeviceClass', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice'],
  [40, 'admissionregistration.k8s.io/v1beta1', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'],
  [40, 'certificates.k8s.io/v1beta1', 'ClusterTrustBundle', 'PodCertificateRequest'],
];

/** The last minor of Kubernetes 1 whose removals are known for sure. */
export const lastKnownMinor = 37;

const removed: ReadonlyMap<string, number> = new Map(
  table.flatMap(([minor, apiVersion, ...kinds]) => kinds.map((kind) => [`${apiVersion} ${kind}`, minor] as const)),
);

/** The minor of Kubernetes 1 from which on a kind is not served in this version; undefined where that is not known to come. */
export function removedIn({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): number | undefined {
  return removed.get(`${apiVersion} ${kind}`);
}
