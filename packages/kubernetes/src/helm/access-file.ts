import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { type KubernetesOptions, loadAccess } from '../connection/access.ts';

/**
 * The access of a kubeconfig as a kubeconfig that needs nothing besides itself: files are read, and what a plugin hands out is asked for now,
 * so that helm needs neither. A token that it holds is as short-lived as the plugin's.
 *
 * @throws KUBERNETES_CONFIG_INVALID
 */
export async function accessFile(options: KubernetesOptions): Promise<string> {
  const { config, server } = await loadAccess(options);
  const login: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(login);
    const { ca, cert, key, auth } = login;
    const cluster = config.getCurrentCluster();
    const [username, password] = auth === undefined || auth === null ? [] : splitLogin(auth);
    const token = bearerOf(login.headers);
    // JSON is YAML.
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'cluster',
      contexts: [{ name: 'cluster', context: { cluster: 'cluster', user: 'user' } }],
      clusters: [
        {
          name: 'cluster',
          cluster: {
            server,
            ...data('certificate-authority-data', ca),
            ...given('tls-server-name', cluster?.tlsServerName),
            ...given('proxy-url', cluster?.proxyUrl),
          },
        },
      ],
      users: [
        {
          name: 'user',
          user: {
            ...data('client-certificate-data', cert),
            ...data('client-key-data', key),
            ...given('token', token ?? (await tokenOf(config.getCurrentUser()?.authProvider))),
            ...given('username', username),
            ...given('password', password),
          },
        },
      ],
    });
  } catch (error) {
    if (error instanceof SealiftError) throw error;
    throw new SealiftError('KUBERNETES_CONFIG_INVALID', { values: { reason: reasonOf(error) }, cause: error });
  }
}

function given(name: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined || value === '' ? {} : { [name]: value };
}

function data(name: string, value: unknown): Readonly<Record<string, string>> {
  const parts = (Array.isArray(value) ? value : [value]).filter(
    (part): part is string | Buffer => typeof part === 'string' || Buffer.isBuffer(part),
  );
  return parts.length === 0
    ? {}
    : { [name]: Buffer.from(parts.map((part) => part.toString()).join('\n')).toString('base64') };
}

function splitLogin(auth: string): readonly [string, string] {
  const colon = auth.indexOf(':');
  return colon === -1 ? [auth, ''] : [auth.slice(0, colon), auth.slice(colon + 1)];
}

function bearerOf(headers: RequestOptions['headers']): string | undefined {
  const all = Object.entries((headers ?? {}) as Readonly<Record<string, unknown>>);
  const value = all.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  return typeof value === 'string' ? /^Bearer (.+)$/i.exec(value)?.[1] : undefined;
}

/** Of a pod's own account, whose token stands in a file. */
async function tokenOf(provider: { config?: unknown } | undefined): Promise<string | undefined> {
  const file = (provider?.config as { tokenFile?: unknown } | undefined)?.tokenFile;
  return typeof file === 'string' ? (await readFile(file, 'utf8')).trim() : undefined;
}
