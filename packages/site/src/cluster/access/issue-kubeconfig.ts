import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { type KubeconfigChoice, loadAccess } from '@sealift/kubernetes/access';
import { applyAll } from '@sealift/kubernetes/apply-all';
import type { Objects } from '@sealift/kubernetes/objects';
import { issueToken } from '@sealift/kubernetes/service-account-token';

/** A kubeconfig that ends by itself. */
export interface IssuedKubeconfig {
  /** YAML (as JSON, which is YAML). */
  readonly text: Secret;
  readonly server: string;
  readonly expiresAt: Date;
  /** What the audit log of the API server calls its token. */
  readonly tokenId: string | null;
}

/** The account that issued kubeconfigs log in as; who removes it ends all of them. */
const account = { namespace: 'kube-system', name: 'sealift-console-access' };

const accountObjects = [
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      ...account,
      annotations: { 'kubernetes.io/description': 'Kubeconfigs handed out by the Sealift console' },
    },
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: account.name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  },
];

/**
 * Makes a kubeconfig of the enterprise cluster with a token that lives for some hours. The login of the console itself, and the one that
 * Cluster API keeps for years, are never handed out: neither can be taken back.
 *
 * @throws KUBERNETES_REFUSED where the login of the console may not hand out this one; KUBERNETES_…
 */
export async function issueKubeconfig(
  { objects, choice }: { readonly objects: Objects; readonly choice: KubeconfigChoice },
  hours: number,
  cancel: AbortSignal,
): Promise<IssuedKubeconfig> {
  const { server, ca, servername } = await loadAccess(choice);
  await applyAll(objects, accountObjects, { cancel });
  const { token, expiresAt, id } = await issueToken(objects.client, account, hours * 3600, cancel);
  if (expiresAt.getTime() <= Date.now()) {
    const reason = 'its token has ended already: the clocks differ';
    throw new SealiftError('KUBERNETES_ANSWER_INVALID', { values: { reason }, place: server });
  }
  const certificate = await ca();
  const cluster = {
    server,
    ...(certificate === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(certificate, 'utf8').toString('base64') }),
    ...(servername === undefined ? {} : { 'tls-server-name': servername }),
  };
  const name = 'enterprise-cluster';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name: account.name, user: { token: token.reveal() } }],
    contexts: [{ name, context: { cluster: name, user: account.name } }],
    'current-context': name,
  };
  return { text: new Secret(`${JSON.stringify(config, null, 2)}\n`), server, expiresAt, tokenId: id };
}
