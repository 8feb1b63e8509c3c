import { writeFile } from 'node:fs/promises';
import { validCertificate } from './certificates.ts';
import { type CuttingProxy, type ProxyHooks, startCuttingProxy } from './cutting-proxy.ts';
import { kubeconfigAccess, printKubeconfig } from './site/kube-api.ts';

/**
 * A cutting proxy in front of an API server, which logs in there itself.
 *
 * @param kubeconfig of the API server
 * @param written the file that gets a kubeconfig of the proxy
 */
export async function startCuttingKubernetes(
  kubeconfig: string,
  written: string,
  hooks: ProxyHooks,
): Promise<CuttingProxy> {
  const { server, token, ...rest } = await kubeconfigAccess(kubeconfig);
  const access = { ...rest, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const proxy = await startCuttingProxy(server, hooks, access);
  await writeFile(written, printKubeconfig({ server: proxy.url, ca: validCertificate, token: 'of-the-proxy' }));
  return proxy;
}
