import type { KubeConfig } from '@kubernetes/client-node';
import { reasonOf, SealiftError } from '@sealift/core/errors';

export interface KubernetesOptions {
  /** A kubeconfig; without it `KUBECONFIG`, `~/.kube/config` or the pod's own account, as kubectl looks for them. */
  readonly kubeconfig?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Waits before a request is sent again that was answered with a status that passes, in milliseconds. */
  readonly retryDelaysMs?: readonly number[] | undefined;
}

export interface Access {
  readonly config: KubeConfig;
  /** Without a slash at its end. */
  readonly server: string;
}

/** Finds and reads the kubeconfig. The library takes seconds to load, so it is loaded here and not with the program. */
export async function loadAccess({ kubeconfig, env = process.env }: KubernetesOptions): Promise<Access> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const file = kubeconfig ?? env['KUBECONFIG'];
  try {
    // The library's own search would take `http://localhost:8080` where it finds nothing.
    if (file !== undefined && file !== '') config.loadFromFile(file);
    else config.loadFromDefault();
  } catch (error) {
    throw invalid(reasonOf(error), error);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw invalid('it names no current context with a cluster');
  if (!URL.canParse(cluster.server)) throw invalid('the address of its server is no URL');
  const url = new URL(cluster.server);
  if (url.protocol !== 'https:') throw invalid(`its server ${url.origin} is not reached over HTTPS`);
  if (cluster.skipTLSVerify) throw invalid(`it turns off the check of the certificate of ${url.origin}`);
  const { proxyUrl } = cluster;
  if (proxyUrl !== undefined && !['http:', 'https:'].includes(schemeOf(proxyUrl))) {
    throw invalid('its proxy-url is no http:// or https:// address');
  }
  return { config, server: cluster.server.replace(/\/+$/, '') };
}

function schemeOf(address: string): string {
  return URL.canParse(address) ? new URL(address).protocol : '';
}

function invalid(reason: string, cause?: unknown): SealiftError {
  return new SealiftError('KUBERNETES_CONFIG_INVALID', { values: { reason }, cause });
}
