import type { InstalledProvider } from '@sealift/core/adoption';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { z } from 'zod';

/** On all that belongs to a provider (clusterctl provider contract, "Labels"). */
const providerLabel = 'cluster.x-k8s.io/provider';
const names: Readonly<Record<string, InstalledProvider['name']>> = {
  'cluster-api': 'core',
  'bootstrap-kubeadm': 'bootstrap',
  'control-plane-kubeadm': 'control-plane',
  'infrastructure-vsphere': 'vsphere',
};

const deploymentSchema = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({ containers: z.array(z.object({ name: z.string(), image: z.string() })).max(100) }),
    }),
  }),
});

/** The Cluster API providers that run in a cluster, by the image of each one's manager. @throws KUBERNETES_… */
export async function installedProviders(objects: Objects, cancel: Cancel): Promise<readonly InstalledProvider[]> {
  const wanted = { apiVersion: 'apps/v1', kind: 'Deployment', labelSelector: providerLabel };
  const deployments = await objects.list(wanted, cancel);
  return deployments.flatMap((deployment) => {
    const labels = deployment.metadata.labels ?? {};
    const label = Object.hasOwn(labels, providerLabel) ? (labels[providerLabel] ?? '') : '';
    const name = Object.hasOwn(names, label) ? names[label] : undefined;
    const version = versionOf(deployment);
    return name === undefined || version === undefined
      ? []
      : [{ name, version, object: nameOf(referenceOf(deployment)) }];
  });
}

/** Of the tag of its image, without the leading `v`; undefined for an image by digest alone. */
function versionOf(deployment: KubeObject): string | undefined {
  const { containers } = deploymentSchema.safeParse(deployment).data?.spec.template.spec ?? { containers: [] };
  const manager = containers.find(({ name }) => name === 'manager') ?? containers[0];
  const [tagged = ''] = (manager?.image ?? '').split('@');
  const tag = /:([\w][\w.-]{0,127})$/.exec(tagged)?.[1];
  return tag?.replace(/^v(?=\d)/, '');
}
