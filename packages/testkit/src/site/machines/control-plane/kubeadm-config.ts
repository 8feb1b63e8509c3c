import { parse, parseAllDocuments, stringify } from 'yaml';
import type { KubeApi, KubeObject } from '../../kube-api.ts';

/** What of kubeadm's ClusterConfiguration the programs are started by. */
export interface ClusterConfiguration {
  readonly kind?: string;
  readonly kubernetesVersion?: string;
  readonly apiServer?: Component;
  readonly controllerManager?: Component;
  readonly scheduler?: Component;
  readonly etcd?: { readonly local?: { readonly imageTag?: string } };
}

interface Component {
  readonly extraArgs?: readonly { readonly name: string; readonly value: string }[];
  readonly extraVolumes?: readonly HostPath[];
}

/** What of a machine's disk a component sees, and where. */
export interface HostPath {
  readonly hostPath: string;
  readonly mountPath: string;
  readonly pathType?: string | undefined;
}

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

interface CloudConfig {
  readonly write_files?: readonly { readonly path?: string; readonly content?: string; readonly encoding?: string }[];
}

const configMap = '/api/v1/namespaces/kube-system/configmaps/kubeadm-config';

/** The configuration in a machine's bootstrap data (cloud-init, user data), which only the first control-plane machine has. */
export function configurationIn(userData: string): ClusterConfiguration | undefined {
  for (const { path, content } of filesIn(userData)) {
    if (!path.includes('kubeadm')) continue;
    for (const document of parseAllDocuments(content)) {
      const found = document.toJS() as ClusterConfiguration | null;
      if (found?.kind === 'ClusterConfiguration') return found;
    }
  }
  return undefined;
}

/** The files that cloud-init writes from a machine's bootstrap data. */
export function filesIn(userData: string): readonly { readonly path: string; readonly content: string }[] {
  const { write_files: files = [] } = (parse(userData) ?? {}) as CloudConfig;
  return files.map(({ path = '', content = '', encoding = '' }) => {
    const isPacked = encoding.includes('base64') || encoding === 'b64';
    return { path, content: isPacked ? Buffer.from(content, 'base64').toString() : content };
  });
}

/** The configuration that a machine reads when it joins. @throws Error when the cluster has none */
export async function readConfiguration(workload: KubeApi): Promise<ClusterConfiguration> {
  const found = (await workload.get<ConfigMap>(configMap))?.data?.['ClusterConfiguration'];
  if (found === undefined)
    throw new Error('the cluster has no ConfigMap kube-system/kubeadm-config with a ClusterConfiguration');
  return parse(found) as ClusterConfiguration;
}

/** What `kubeadm init` leaves in the cluster for those who join. */
export async function uploadConfiguration(workload: KubeApi, configuration: ClusterConfiguration): Promise<void> {
  await workload.create('/api/v1/namespaces/kube-system/configmaps', {
    metadata: { name: 'kubeadm-config', namespace: 'kube-system' },
    data: { ClusterConfiguration: stringify(configuration) },
  });
}

/** Extra arguments of a component by their name. */
export function extraArgsOf(component: Component | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((component?.extraArgs ?? []).map(({ name, value }) => [name, value]));
}

/** What of its machine's disk a component sees besides what kubeadm mounts by itself. */
export function volumesOf(component: Component | undefined): readonly HostPath[] {
  return (component?.extraVolumes ?? []).map(({ hostPath, mountPath, pathType }) => ({
    hostPath,
    mountPath,
    ...(pathType === undefined ? {} : { pathType }),
  }));
}
