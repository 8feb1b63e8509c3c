import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { reasonOf } from '@sealift/core/errors';
import type { Secret } from '@sealift/core/secret';
import { containedContext } from './contained-kubeconfig.ts';
import { Credentials } from './credentials.ts';
import { invalidConfig } from './invalid-config.ts';
import { type KubeconfigContext, readKubeconfig } from './kubeconfig.ts';
import { readSmallFile } from './small-file.ts';

/** Which cluster, and as whom. */
export interface KubeconfigChoice {
  /** A kubeconfig; without it `KUBECONFIG`, `~/.kube/config` or the pod's own account, as kubectl looks for them. */
  readonly kubeconfig?: string | undefined;
  /** The text of one that refers to nothing outside of it; goes before any file. */
  readonly text?: Secret | undefined;
  /** One of its contexts; the current one without it. */
  readonly context?: string | undefined;
}

export interface KubernetesOptions extends KubeconfigChoice {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Waits before a request is sent again that was answered with a status that passes, in milliseconds. */
  readonly retryDelaysMs?: readonly number[] | undefined;
  /** How long a credential plugin may take, in milliseconds. */
  readonly pluginTimeoutMs?: number | undefined;
  /** Where a pod finds its own account. */
  readonly accountFolder?: string | undefined;
}

/** How to reach one API server and log in there. */
export interface Access {
  /** Without a slash at its end. */
  readonly server: string;
  readonly credentials: Credentials;
  /** PEM, as it is now; undefined for what this machine trusts. */
  readonly ca: () => Promise<string | undefined>;
  readonly servername: string | undefined;
  /** Leads everywhere, whatever the environment says. */
  readonly proxy: URL | undefined;
}

/** As Kubernetes mounts it into every pod ("Accessing the Kubernetes API from a Pod"). */
const podAccount = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Shorter than a request may take, so that the error is about the plugin. */
const usualPluginTimeoutMs = 30_000;

/** Finds and reads the kubeconfig, or a pod's account. @throws KUBERNETES_CONFIG_INVALID, KUBERNETES_CONFIG_NOT_CONTAINED */
export async function loadAccess(options: KubernetesOptions): Promise<Access> {
  const { kubeconfig, text, context, env = process.env, pluginTimeoutMs = usualPluginTimeoutMs } = options;
  const found =
    text === undefined
      ? ((await readKubeconfig(kubeconfig, env, context)) ?? ofPod(env, options.accountFolder ?? podAccount))
      : containedContext(text, context);
  if (found === undefined) throw invalidConfig('there is no ~/.kube/config, and this is no pod of a cluster');
  const { cluster, user, userName } = found;
  const server = serverOf(cluster.server);
  if (cluster['insecure-skip-tls-verify'] === true)
    throw invalidConfig(`it turns off the check of the certificate of ${server}`);
  const ca = await trustOf(found, server);
  const servername = cluster['tls-server-name'];
  const proxy = proxyOf(cluster['proxy-url']);
  const info = {
    server,
    'certificate-authority-data': encoded(await ca()),
    'tls-server-name': servername,
    'proxy-url': proxy?.href,
  };
  const credentials = new Credentials(user, userName, { env, cluster: info, timeoutMs: pluginTimeoutMs });
  return { server, credentials, ca, servername: servername === '' ? undefined : servername, proxy };
}

function serverOf(address: string | undefined): string {
  if (address === undefined || !URL.canParse(address)) throw invalidConfig('the address of its server is no URL');
  const { protocol, username, password, origin } = new URL(address);
  if (protocol !== 'https:') throw invalidConfig(`its server ${origin} is not reached over HTTPS`);
  if (username !== '' || password !== '') throw invalidConfig(`the address of its server ${origin} holds a login`);
  return address.replace(/\/+$/, '');
}

/** The bytes in the kubeconfig go before a file, which is read anew each time: it is renewed on disk. */
async function trustOf({ cluster }: KubeconfigContext, server: string): Promise<Access['ca']> {
  const data = cluster['certificate-authority-data'];
  const path = cluster['certificate-authority'];
  const given = data === undefined || data === '' ? undefined : Buffer.from(data, 'base64').toString('utf8');
  const read = async (): Promise<string | undefined> =>
    given ?? (path === undefined ? undefined : await readSmallFile(path));
  let last: string | undefined;
  const current = async (): Promise<string | undefined> => {
    const text = await read().catch(() => last);
    if (text !== undefined && /-----BEGIN [A-Z ]*CERTIFICATE-----/.test(text)) last = text;
    return last;
  };
  if (given === undefined && path === undefined) return current;
  try {
    await read();
  } catch (error) {
    throw invalidConfig(`the certificate authority of ${server} cannot be read: ${reasonOf(error)}`, error);
  }
  if ((await current()) === undefined)
    throw invalidConfig(`the certificate authority of ${server} is none in PEM form`);
  return current;
}

function proxyOf(address: string | undefined): URL | undefined {
  if (address === undefined || address === '') return undefined;
  if (URL.canParse(address) && ['http:', 'https:'].includes(new URL(address).protocol)) return new URL(address);
  throw invalidConfig('its proxy-url is no http:// or https:// address');
}

/** The account of the pod that this process runs in; undefined where it runs in none. */
function ofPod(env: Readonly<Record<string, string | undefined>>, folder: string): KubeconfigContext | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (host === undefined || host === '' || port === undefined || port === '') return undefined;
  return {
    cluster: {
      server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
      'certificate-authority': join(folder, 'ca.crt'),
    },
    user: { tokenFile: join(folder, 'token') },
    userName: 'the account of this pod',
  };
}

function encoded(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'utf8').toString('base64');
}
