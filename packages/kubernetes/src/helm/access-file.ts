import { type KubernetesOptions, loadAccess } from '../connection/login/access.ts';

/**
 * The access of a kubeconfig as a kubeconfig that needs nothing besides itself: files are read, and what a plugin hands out is asked for now,
 * so that helm needs neither. A token that it holds is as short-lived as the plugin's.
 *
 * @throws KUBERNETES_CONFIG_INVALID, KUBERNETES_LOGIN_MISSING
 */
export async function accessFile(options: KubernetesOptions): Promise<string> {
  const { server, credentials, ca, servername, proxy } = await loadAccess(options);
  const { headers, cert, key } = await credentials.current();
  const [username, password] = basicOf(headers['authorization']);
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
          ...data('certificate-authority-data', await ca()),
          ...given('tls-server-name', servername),
          ...given('proxy-url', proxy?.href),
        },
      },
    ],
    users: [
      {
        name: 'user',
        user: {
          ...data('client-certificate-data', cert),
          ...data('client-key-data', key),
          ...given('token', /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1]),
          ...given('username', username),
          ...given('password', password),
          ...given('as', headers['impersonate-user']),
          ...given('as-uid', headers['impersonate-uid']),
        },
      },
    ],
  });
}

function given(name: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined || value === '' ? {} : { [name]: value };
}

function data(name: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [name]: Buffer.from(value, 'utf8').toString('base64') };
}

/** Name and password (RFC 7617). */
function basicOf(authorization: string | undefined): readonly string[] {
  const [, encoded] = /^Basic (.+)$/.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return [];
  const login = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = login.indexOf(':');
  return [login.slice(0, colon), login.slice(colon + 1)];
}
