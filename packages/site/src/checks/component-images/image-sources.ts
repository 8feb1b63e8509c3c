import { DocumentError, readYamlDocument } from '@sealift/core/document';
import { SealiftError } from '@sealift/core/errors';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import { readClusterState } from '@sealift/kubernetes/cluster-state';
import type { Objects } from '@sealift/kubernetes/objects';
import type { ImageRegistry } from '../../settings.ts';
import { type ImageSources, imageSourcesIn, withDefaults } from './kubeadm-images.ts';

/** Where it is looked. */
export interface ImageSides {
  /** Of the cluster whose Cluster API makes the machines. */
  objects(): Promise<Objects>;
  readonly enterprise: () => Promise<Objects>;
  readonly cluster: ClusterName | undefined;
  readonly imageRegistry: ImageRegistry | undefined;
}

/** Where kubeadm takes images from at a cluster. */
export interface ReadSources {
  /** What its control plane says, and where that says nothing what the cluster was set up with. */
  readonly sources: ImageSources;
  /** What its control plane alone says. */
  readonly ofControlPlane: ImageSources;
  /** Of the control plane. */
  readonly version: string;
}

/** @throws CLUSTER_…, KUBERNETES_… */
export async function readSources(sides: ImageSides, cancel: AbortSignal): Promise<ReadSources> {
  const { controlPlane } = await readClusterState(await sides.objects(), sides.cluster, cancel);
  const config = 'config' in controlPlane.setup ? controlPlane.setup.config : {};
  const ofControlPlane = imageSourcesIn(config['clusterConfiguration']);
  const sources = withDefaults(ofControlPlane, imageSourcesIn(await runningConfiguration(sides, cancel)));
  return { sources, ofControlPlane, version: controlPlane.version };
}

/**
 * What kubeadm was told when the cluster was made, and Cluster API since (kubeadm, ConfigMap `kubeadm-config`); undefined where nothing was.
 *
 * @throws KUBERNETES_ANSWER_INVALID, KUBERNETES_…
 */
async function runningConfiguration({ enterprise }: ImageSides, cancel: AbortSignal): Promise<unknown> {
  const at = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'kubeadm-config' };
  const data = (await (await enterprise()).get(at, cancel))?.['data'];
  const text =
    typeof data === 'object' && data !== null ? (data as Record<string, unknown>)['ClusterConfiguration'] : undefined;
  if (typeof text !== 'string') return undefined;
  try {
    return readYamlDocument(text, 1_000_000).value;
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const reason = `its ClusterConfiguration is no YAML${error.at}`;
    const place = `ConfigMap ${at.namespace}/${at.name}`;
    throw new SealiftError('KUBERNETES_ANSWER_INVALID', { values: { reason }, place, cause: error });
  }
}
