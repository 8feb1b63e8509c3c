import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { chooseContext, type KubeconfigContext, parseKubeconfig } from './kubeconfig.ts';
import type { KubeconfigCluster, KubeconfigUser } from './kubeconfig-schema.ts';

/** How errors call a text that came without a file. */
const place = 'the kubeconfig';

const clusterFields = ['server', 'certificate-authority-data', 'tls-server-name', 'proxy-url'] as const;
const userFields = [
  'token',
  'client-certificate-data',
  'client-key-data',
  'username',
  'password',
  'as',
  'as-uid',
  // Not supported, and refused later: without them the login would be another one.
  'as-groups',
  'as-user-extra',
] as const;
const clusterPaths = ['certificate-authority'] as const;
const userPaths = ['tokenFile', 'client-certificate', 'client-key'] as const;

/**
 * The context of a kubeconfig that somebody sent. It is used on a machine that is not theirs: it may neither read a file there nor run a
 * program, and everything is refused that it leads outside of itself with.
 *
 * @throws KUBERNETES_CONFIG_INVALID, KUBERNETES_CONFIG_NOT_CONTAINED
 */
export function containedContext(text: Secret, context?: string): KubeconfigContext {
  const found = chooseContext([{ path: place, config: parseKubeconfig(text.reveal(), place) }], context);
  refuseOutside(found);
  return found;
}

/** A kubeconfig with one context, as it is kept. */
export interface ContainedKubeconfig {
  readonly text: Secret;
  /** Address of its API server. */
  readonly server: string;
}

/**
 * The wanted context of a kubeconfig alone, with no more than what is used of it.
 *
 * @throws KUBERNETES_CONFIG_INVALID, KUBERNETES_CONFIG_NOT_CONTAINED
 */
export function containKubeconfig(text: Secret, context?: string): ContainedKubeconfig {
  const { cluster, user } = containedContext(text, context);
  const named = (of: object) => ({ name: 'sealift', ...of });
  const contained = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [named({ cluster: only(cluster, clusterFields) })],
    users: [named({ user: only(user, userFields) })],
    contexts: [named({ context: { cluster: 'sealift', user: 'sealift' } })],
    'current-context': 'sealift',
  };
  return { text: new Secret(JSON.stringify(contained)), server: cluster.server ?? '' };
}

function refuseOutside({ cluster, user, userName }: KubeconfigContext): void {
  if (cluster['insecure-skip-tls-verify'] === true)
    throw notContained('its cluster turns off the check of certificates (insecure-skip-tls-verify)');
  if (user.exec !== undefined && user.exec !== null) throw notContained(`${userName} logs in through a program (exec)`);
  if (user['auth-provider'] !== undefined && user['auth-provider'] !== null)
    throw notContained(`${userName} logs in through an auth-provider`);
  for (const field of clusterPaths) refuseFile(cluster[field], field);
  for (const field of userPaths) refuseFile(user[field], field);
}

function refuseFile(path: string | undefined, field: string): void {
  if (path !== undefined && path !== '') throw notContained(`it names a file (${field})`);
}

function notContained(reason: string): SealiftError {
  return new SealiftError('KUBERNETES_CONFIG_NOT_CONTAINED', { values: { reason } });
}

function only<Of extends KubeconfigCluster | KubeconfigUser>(of: Of, fields: readonly (keyof Of & string)[]): object {
  return Object.fromEntries(fields.filter((field) => of[field] !== undefined).map((field) => [field, of[field]]));
}
