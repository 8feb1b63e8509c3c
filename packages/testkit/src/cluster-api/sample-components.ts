import { join } from 'node:path';
import { readDefinitions, type Webhooks } from '../site/management/definitions.ts';
import { peersConfig } from '../site/management/peers.ts';

/** An object of components. */
export interface Component {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** A provider of the components. */
export interface SampleProvider {
  readonly provider: string;
  readonly namespace: string;
  readonly deployment: string;
  readonly image: string;
}

/** The four that a release brings. */
export const sampleProviders = {
  core: {
    provider: 'cluster-api',
    namespace: 'capi-system',
    deployment: 'capi-controller-manager',
    image: 'registry.k8s.io/cluster-api/cluster-api-controller',
  },
  bootstrap: {
    provider: 'bootstrap-kubeadm',
    namespace: 'capi-kubeadm-bootstrap-system',
    deployment: 'capi-kubeadm-bootstrap-controller-manager',
    image: 'registry.k8s.io/cluster-api/kubeadm-bootstrap-controller',
  },
  controlPlane: {
    provider: 'control-plane-kubeadm',
    namespace: 'capi-kubeadm-control-plane-system',
    deployment: 'capi-kubeadm-control-plane-controller-manager',
    image: 'registry.k8s.io/cluster-api/kubeadm-control-plane-controller',
  },
  vsphere: {
    provider: 'infrastructure-vsphere',
    namespace: 'capv-system',
    deployment: 'capv-controller-manager',
    image: 'registry.k8s.io/cluster-api-vsphere/cluster-api-vsphere-controller',
  },
} as const satisfies Readonly<Record<string, SampleProvider>>;

/** The namespace and the Deployment of a provider. */
export function programOf(
  { provider, namespace, deployment, image }: SampleProvider,
  tag: string,
  args: readonly string[] = [],
): readonly Component[] {
  const labels = { 'cluster.x-k8s.io/provider': provider };
  const pods = { ...labels, 'control-plane': 'controller-manager' };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: deployment, namespace, labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: pods },
        template: {
          metadata: { labels: pods },
          spec: {
            containers: [{ name: 'manager', image: `${image}:${tag}`, ...(args.length > 0 ? { args } : {}) }],
            tolerations: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
          },
        },
      },
    },
  ];
}

/** A definition of a kind with any fields, of one version stored and others served besides. */
export function smallDefinition(
  { provider }: SampleProvider,
  kind: string,
  {
    group,
    stored,
    served = [],
  }: { readonly group: string; readonly stored: string; readonly served?: readonly string[] },
): Component {
  const plural = `${kind.toLowerCase()}s`;
  const any = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const version = (name: string) => ({
    name,
    served: true,
    storage: name === stored,
    schema: { openAPIV3Schema: { type: 'object', properties: { spec: any } } },
  });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      labels: { 'cluster.x-k8s.io/provider': provider, 'cluster.x-k8s.io/v1beta2': stored },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [stored, ...served].toSorted().map(version),
    },
  };
}

/** Cluster API's own definitions and webhooks, labelled as its installation has them. */
export async function coreDefinitions(webhooks: Webhooks): Promise<readonly Component[]> {
  const { provider, namespace } = sampleProviders.core;
  const found = await readDefinitions(join(peersConfig, 'core'), { namespace, prefix: 'capi-' }, webhooks);
  return found
    .filter(({ kind }) => kind !== 'Namespace')
    .map((one) => {
      const labels = { ...one.metadata.labels, 'cluster.x-k8s.io/provider': provider };
      return { ...one, metadata: { ...one.metadata, labels } };
    });
}

/** The same definitions as before a version became the stored one; those that do not serve it stay as they are. */
export function storedAs(components: readonly Component[], version: string): readonly Component[] {
  return components.map((one) => {
    const { spec } = one as { spec?: { versions?: readonly { readonly name: string }[] } };
    if (one.kind !== 'CustomResourceDefinition' || spec?.versions?.some(({ name }) => name === version) !== true)
      return one;
    const versions = spec.versions.map((each) => ({ ...each, storage: each.name === version }));
    return { ...one, spec: { ...spec, versions } };
  });
}

/** Components as the text of a manifest; JSON is YAML. */
export function manifestOf(components: readonly Component[]): string {
  return components.map((one) => JSON.stringify(one)).join('\n---\n');
}
