import { SealiftError } from '@sealift/core/errors';
import { comparePrecedence, parseVersion } from '@sealift/core/version';
import { readManifest } from '@sealift/kubernetes/manifest';
import { groupVersionOf, identityOfReference, type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { isDefinition } from '@sealift/kubernetes/order';
import type { OpenedPack } from '@sealift/upgrade/ports/content';
import type { DesiredProviders } from '@sealift/upgrade/ports/providers';
import { containersOf, isDeployment, providerOf, versionOfImage } from './deployment.ts';

/** As many as a record has room for. */
export const maxObjects = 2000;
/** In a namespace of their own, and for every namespace. */
const namespaced: ReadonlyMap<string, string> = new Map([
  ['ConfigMap', ''],
  ['Deployment', 'apps'],
  ['NetworkPolicy', 'networking.k8s.io'],
  ['PodDisruptionBudget', 'policy'],
  ['Role', 'rbac.authorization.k8s.io'],
  ['RoleBinding', 'rbac.authorization.k8s.io'],
  ['Secret', ''],
  ['Service', ''],
  ['ServiceAccount', ''],
  ['Certificate', 'cert-manager.io'],
  ['Issuer', 'cert-manager.io'],
]);
const clusterWide: ReadonlyMap<string, string> = new Map([
  ['ClusterRole', 'rbac.authorization.k8s.io'],
  ['ClusterRoleBinding', 'rbac.authorization.k8s.io'],
  ['CustomResourceDefinition', 'apiextensions.k8s.io'],
  ['MutatingWebhookConfiguration', 'admissionregistration.k8s.io'],
  ['Namespace', ''],
  ['ValidatingAdmissionPolicy', 'admissionregistration.k8s.io'],
  ['ValidatingAdmissionPolicyBinding', 'admissionregistration.k8s.io'],
  ['ValidatingWebhookConfiguration', 'admissionregistration.k8s.io'],
]);
/** By the label of each provider: which of the release's versions is its. */
const versions = {
  'cluster-api': 'core',
  'bootstrap-kubeadm': 'kubeadm',
  'control-plane-kubeadm': 'kubeadm',
  'infrastructure-vsphere': 'vsphere',
} as const satisfies Readonly<Record<string, 'core' | 'kubeadm' | 'vsphere'>>;
/** Rules that let an extension read how the API server authenticates have to lie there. */
const systemNamespace = 'kube-system';
const systemKinds: ReadonlySet<string> = new Set(['Role', 'RoleBinding']);

/**
 * The objects that a release's providers are installed from, in the order of its pack.
 *
 * @throws PROVIDERS_INVALID where they are not what providers are, or of another version than the release says; KUBERNETES_OBJECT_INVALID
 */
export function readComponents(desired: DesiredProviders, opened: OpenedPack): readonly KubeObject[] {
  const { pack } = desired.components;
  const refuse = (reason: string): never => {
    throw new SealiftError('PROVIDERS_INVALID', { values: { pack, reason } });
  };
  if (opened.charts.size > 0) refuse('it has charts, and components are manifests');
  const objects = [...opened.manifests].flatMap(([path, text]) =>
    readManifest(text, `${pack}, ${path}`).map(({ object }) => withoutTrust(object)),
  );
  if (objects.length > maxObjects) refuse(`it has more than ${maxObjects} objects`);
  const namespaces = new Set(objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name));
  const seen = new Set<string>();
  for (const object of objects) {
    const reason = misfit(object, namespaces) ?? (seen.has(identityOf(object)) ? 'is there twice' : undefined);
    if (reason !== undefined) refuse(`${nameOf(referenceOf(object))} ${reason}`);
    seen.add(identityOf(object));
  }
  const deployments = objects.filter(isDeployment);
  for (const [provider, of] of Object.entries(versions)) {
    const own = deployments.filter((one) => providerOf(one) === provider);
    if (own.length === 0) refuse(`it has no Deployment of the provider ${provider}`);
    for (const one of own) {
      const wrong = containersOf(one).find(({ image }) => isOther(versionOfImage(image), desired[of]));
      if (wrong === undefined) continue;
      refuse(`${nameOf(referenceOf(one))} runs ${wrong.image}, and the release says ${desired[of]}`);
    }
  }
  return objects;
}

/** Why an object is none of a provider's. */
function misfit(object: KubeObject, namespaces: ReadonlySet<string>): string | undefined {
  const { kind, metadata } = object;
  const { group } = groupVersionOf(object.apiVersion);
  const isNamespaced = namespaced.get(kind) === group;
  if (!isNamespaced && clusterWide.get(kind) !== group) return 'is of a kind that no provider brings';
  if (isDefinition(object) && !isOfClusterApi(object)) return 'is no definition of Cluster API';
  if ((isDefinition(object) || isDeployment(object)) && providerOf(object) === undefined)
    return 'has no label cluster.x-k8s.io/provider';
  if (!isNamespaced) return undefined;
  const { namespace = '' } = metadata;
  if (namespaces.has(namespace) || (namespace === systemNamespace && systemKinds.has(kind))) return undefined;
  return namespace === '' ? 'names no namespace' : 'lies in a namespace that the components do not bring';
}

function isOfClusterApi({ metadata: { name } }: KubeObject): boolean {
  return name.endsWith('.cluster.x-k8s.io');
}

/** Of a version that can be told: an image by digest alone has none. */
function isOther(version: string | undefined, wanted: string): boolean {
  return version !== undefined && comparePrecedence(parseVersion(version), parseVersion(wanted)) !== 0;
}

function identityOf(object: KubeObject): string {
  return identityOfReference(referenceOf(object));
}

/** Names the Certificate whose authority cert-manager writes into webhooks and definitions. */
const injected = 'cert-manager.io/inject-ca-from';

/** Older components hold a `caBundle` that is none; what cert-manager writes there is its own. */
function withoutTrust(object: KubeObject): KubeObject {
  if (!Object.hasOwn(object.metadata.annotations ?? {}, injected)) return object;
  return without(object, 'caBundle', 0) as KubeObject;
}

function without(value: unknown, member: string, depth: number): unknown {
  // A definition's schema, which is deeper than any place of a bundle, says nothing of one.
  if (typeof value !== 'object' || value === null || depth > 6) return value;
  if (Array.isArray(value)) return value.map((item) => without(item, member, depth + 1));
  const kept = Object.entries(value).filter(([name]) => name !== member);
  return Object.fromEntries(kept.map(([name, inner]) => [name, without(inner, member, depth + 1)]));
}
