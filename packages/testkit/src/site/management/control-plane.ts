import { join } from 'node:path';
import { type BoundProcess, flags, runBound } from '../../process/bound-process.ts';
import type { ManagementCertificates } from './certificates.ts';
import type { ManagementPorts } from './ports.ts';

/** Where the management cluster's programs find what they need, and write to. */
export interface ManagementFolder {
  /** Logs, one a program, are below its `logs`, etcd's data below its `etcd`. */
  readonly path: string;
  readonly certificates: ManagementCertificates;
  readonly ports: ManagementPorts;
}

/** A program of Kubernetes and the flags that make it serve its version. */
export interface KubernetesProgram {
  readonly path: string;
  readonly flags: Readonly<Record<string, string>>;
}

/** Starts a program whose log is called like it. */
export function start(
  folder: ManagementFolder,
  name: string,
  path: string,
  parts: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): BoundProcess {
  return runBound(path, parts, { name, log: join(folder.path, 'logs', `${name}.log`), environment });
}

/** etcd with one member, which talks only to those whom the cluster's authority has certified. */
export function startEtcd(folder: ManagementFolder, path: string): BoundProcess {
  const { certificates, ports } = folder;
  const clients = `https://127.0.0.1:${ports.etcd}`;
  const peers = `https://127.0.0.1:${ports.etcdPeers}`;
  return start(folder, 'etcd', path, [
    ...flags({
      name: 'management',
      'data-dir': join(folder.path, 'etcd'),
      'listen-client-urls': clients,
      'advertise-client-urls': clients,
      'listen-peer-urls': peers,
      'initial-advertise-peer-urls': peers,
      'initial-cluster': `management=${peers}`,
      'cert-file': certificates.path('etcd.crt'),
      'key-file': certificates.path('etcd.key'),
      'trusted-ca-file': certificates.path('ca.crt'),
      'client-cert-auth': true,
      'peer-cert-file': certificates.path('etcd.crt'),
      'peer-key-file': certificates.path('etcd.key'),
      'peer-trusted-ca-file': certificates.path('ca.crt'),
      'peer-client-cert-auth': true,
      'log-level': 'warn',
      // What a test writes need not survive the machine.
      'unsafe-no-fsync': true,
    }),
  ]);
}

/** The API server, as kubeadm sets one up, with clients known by their certificates and RBAC. */
export function startApiServer(folder: ManagementFolder, program: KubernetesProgram): BoundProcess {
  const { certificates, ports } = folder;
  return start(
    folder,
    'kube-apiserver',
    program.path,
    flags({
      'etcd-servers': `https://127.0.0.1:${ports.etcd}`,
      'etcd-cafile': certificates.path('ca.crt'),
      'etcd-certfile': certificates.path('etcd.crt'),
      'etcd-keyfile': certificates.path('etcd.key'),
      'bind-address': '127.0.0.1',
      'advertise-address': '127.0.0.1',
      'secure-port': ports.apiserver,
      'tls-cert-file': certificates.path('apiserver.crt'),
      'tls-private-key-file': certificates.path('apiserver.key'),
      'client-ca-file': certificates.path('ca.crt'),
      'kubelet-client-certificate': certificates.path('kubelet-client.crt'),
      'kubelet-client-key': certificates.path('kubelet-client.key'),
      // No name of a node can be resolved here.
      'kubelet-preferred-address-types': 'InternalIP',
      'authorization-mode': 'Node,RBAC',
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-signing-key-file': certificates.path('accounts.key'),
      'service-account-key-file': certificates.path('accounts.key'),
      'service-cluster-ip-range': '10.96.0.0/16',
      'allow-privileged': true,
      // A loopback address is no endpoint that it would publish.
      'endpoint-reconciler-type': 'none',
      ...program.flags,
    }),
  );
}

/** Every controller of Kubernetes: without them nothing is collected, and no account, replica or endpoint appears. */
export async function startControllerManager(
  folder: ManagementFolder,
  program: KubernetesProgram,
): Promise<BoundProcess> {
  const { certificates, ports } = folder;
  return start(
    folder,
    'kube-controller-manager',
    program.path,
    flags({
      ...(await component(folder, 'kube-controller-manager', ports.controllerManager)),
      controllers: '*',
      'root-ca-file': certificates.path('ca.crt'),
      'cluster-signing-cert-file': certificates.path('ca.crt'),
      'cluster-signing-key-file': certificates.path('ca.key'),
      'service-account-private-key-file': certificates.path('accounts.key'),
      'use-service-account-credentials': true,
      ...program.flags,
    }),
  );
}

export async function startScheduler(folder: ManagementFolder, program: KubernetesProgram): Promise<BoundProcess> {
  return start(
    folder,
    'kube-scheduler',
    program.path,
    flags({ ...(await component(folder, 'kube-scheduler', folder.ports.scheduler)), ...program.flags }),
  );
}

async function component(
  { certificates, ports }: ManagementFolder,
  name: 'kube-controller-manager' | 'kube-scheduler',
  port: number,
): Promise<Readonly<Record<string, string | number | boolean>>> {
  const kubeconfig = await certificates.kubeconfig(`https://127.0.0.1:${ports.apiserver}`, name);
  return {
    kubeconfig,
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
    'bind-address': '127.0.0.1',
    'secure-port': port,
    'tls-cert-file': certificates.path(`${name}.crt`),
    'tls-private-key-file': certificates.path(`${name}.key`),
    'leader-elect': false,
  };
}
