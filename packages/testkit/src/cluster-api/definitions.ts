import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { KubeApi, KubeObject } from '../site/kube-api.ts';
import type { Peer } from '../peers.ts';
import { waitUntil } from '../wait-until.ts';

/** In which form Cluster API is served: of a cluster of today, or of one that has not been updated for long. */
export type ClusterApiVersion = 'v1beta1' | 'v1beta2';

/** Cluster API's own definitions, by where they are below its configuration. */
const files = [
  ...['clusters', 'clusterclasses', 'machines', 'machinesets', 'machinedeployments', 'machinehealthchecks'].map(
    (plural) => `core/crd/bases/cluster.x-k8s.io_${plural}.yaml`,
  ),
  'core/crd/bases/ipam.cluster.x-k8s.io_ipaddressclaims.yaml',
  'kubeadm-control-plane/crd/bases/controlplane.cluster.x-k8s.io_kubeadmcontrolplanes.yaml',
  'kubeadm-bootstrap/crd/bases/bootstrap.cluster.x-k8s.io_kubeadmconfigtemplates.yaml',
];

interface Definition extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly versions: readonly { readonly name: string }[];
    readonly conversion?: unknown;
  };
}

/**
 * Defines Cluster API's kinds in one version of theirs, and the vSphere provider's machines with the fields that are used. Without its
 * controllers and webhooks: what is written stays as it was written.
 *
 * @param core Cluster API's program, beside which its definitions lie
 */
export async function defineClusterApi(api: KubeApi, core: Peer, version: ClusterApiVersion): Promise<void> {
  const folder = join(dirname(dirname(core.path)), 'config');
  const own = await Promise.all(
    files.map(async (file) => parse(await readFile(join(folder, file), 'utf8')) as Definition),
  );
  const definitions = own.map(({ spec, ...definition }) => ({
    ...definition,
    spec: {
      ...spec,
      // The webhook that converts is a controller's.
      conversion: undefined,
      versions: spec.versions
        .filter(({ name }) => name === version)
        .map((one) => ({ ...one, served: true, storage: true })),
    },
  }));
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const all = [
    ...definitions,
    ...['VSphereMachine', 'VSphereMachineTemplate', 'VSphereVM'].map((kind) => providerKind(kind, version)),
  ];
  for (const definition of all) await api.create(path, definition);
  for (const { metadata } of all) {
    await waitUntil(`${metadata.name} to be served`, async () => {
      const stored = await api.get<KubeObject & { readonly status?: { readonly conditions?: readonly Established[] } }>(
        `${path}/${metadata.name}`,
      );
      return (
        stored?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true
      );
    });
  }
}

interface Established {
  readonly type: string;
  readonly status: string;
}

/** A kind of the vSphere provider with any fields. */
function providerKind(kind: string, version: ClusterApiVersion): KubeObject {
  const plural = `${kind.toLowerCase()}s`;
  const group = 'infrastructure.cluster.x-k8s.io';
  const any = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: any, status: any } } },
        },
      ],
    },
  } as KubeObject;
}
