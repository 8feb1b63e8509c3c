/**
 * Peers that `npm run peers` builds from pinned Go modules: the folder below test/peers whose go.mod pins it, and what the folder's
 * file `programs` calls the program. A module may build several programs.
 */
export const goPeers = {
  'cluster-api-core': { module: 'cluster-api', program: 'core/manager' },
  'cluster-api-kubeadm-bootstrap': { module: 'cluster-api', program: 'kubeadm-bootstrap/manager' },
  'cluster-api-kubeadm-control-plane': { module: 'cluster-api', program: 'kubeadm-control-plane/manager' },
  crane: { module: 'crane', program: 'crane' },
  etcd: { module: 'kubernetes', program: 'etcd' },
  'etcd-3.6': { module: 'kubernetes-1.36', program: 'etcd' },
  'etcdutl-3.6': { module: 'kubernetes-1.36', program: 'etcdutl' },
  govc: { module: 'vcenter', program: 'govc' },
  helm: { module: 'helm', program: 'helm' },
  'kube-apiserver': { module: 'kubernetes', program: 'kube-apiserver' },
  // The same program under the version before; started with --emulated-version=1.36 it serves what that one served.
  'kube-apiserver-1.36': { module: 'kubernetes', program: '1.36/kube-apiserver' },
  // The version before itself, with the types and defaults that it had.
  'kube-apiserver-1.36.3': { module: 'kubernetes-1.36', program: 'kube-apiserver' },
  'kube-controller-manager': { module: 'kubernetes', program: 'kube-controller-manager' },
  'kube-scheduler': { module: 'kubernetes', program: 'kube-scheduler' },
  kwok: { module: 'cluster-api', program: 'kwok' },
  'oci-conformance': { module: 'oci-conformance', program: 'conformance' },
  oras: { module: 'oras', program: 'oras' },
  versitygw: { module: 'versitygw', program: 'versitygw' },
  'vcenter-simulator': { module: 'vcenter', program: 'vcenter-simulator' },
} as const;
