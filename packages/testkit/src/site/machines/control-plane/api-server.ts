import type { KubernetesProgram } from '../../management/control-plane.ts';
import type { Program } from '../program.ts';
import type { ClusterCertificates } from './cluster-certificates.ts';
import type { MachinePorts } from './etcd-member.ts';

/** Every workload cluster has the same: they are addresses on paper, since no packet goes to a Service. */
export const serviceRange = '10.128.0.0/16';

/**
 * The program of one API server, which knows its own machine's etcd member only, as kubeadm sets it up.
 *
 * @param extraArgs what the cluster's kubeadm configuration adds (`apiServer.extraArgs`); it wins
 */
export function apiServerProgram(options: {
  readonly name: string;
  readonly program: KubernetesProgram;
  readonly ports: MachinePorts;
  readonly certificates: ClusterCertificates;
  readonly extraArgs: Readonly<Record<string, string>>;
}): Program {
  const { name, program, ports, certificates, extraArgs } = options;
  const flags = {
    'etcd-servers': `https://127.0.0.1:${ports.etcd}`,
    'etcd-cafile': certificates.path('etcd-ca.crt'),
    'etcd-certfile': certificates.path('etcd.crt'),
    'etcd-keyfile': certificates.path('etcd.key'),
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'secure-port': ports.api,
    'tls-cert-file': certificates.path('apiserver.crt'),
    'tls-private-key-file': certificates.path('apiserver.key'),
    'client-ca-file': certificates.path('ca.crt'),
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': certificates.path('sa.crt'),
    'service-account-signing-key-file': certificates.path('sa.key'),
    'authorization-mode': 'Node,RBAC',
    'service-cluster-ip-range': serviceRange,
    'allow-privileged': true,
    'requestheader-client-ca-file': certificates.path('front-proxy-ca.crt'),
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-username-headers': 'X-Remote-User',
    'proxy-client-cert-file': certificates.path('front-proxy.crt'),
    'proxy-client-key-file': certificates.path('front-proxy.key'),
    'kubelet-client-certificate': certificates.path('admin.crt'),
    'kubelet-client-key': certificates.path('admin.key'),
    // No name of a node can be resolved here.
    'kubelet-preferred-address-types': 'InternalIP',
    // A loopback address is no endpoint that it would publish.
    'endpoint-reconciler-type': 'none',
    ...program.flags,
    ...extraArgs,
  };
  return { name: `${name}.kube-apiserver`, path: program.path, flags };
}
