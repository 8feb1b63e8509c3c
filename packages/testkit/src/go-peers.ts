/**
 * Peers that `npm run peers` builds from pinned Go modules: the folder below test/peers whose go.mod pins it, and what Go calls the
 * program. A module may build several programs.
 */
export const goPeers = {
  crane: { module: 'crane', program: 'crane' },
  etcd: { module: 'kubernetes', program: 'etcd' },
  govc: { module: 'vcenter', program: 'govc' },
  helm: { module: 'helm', program: 'helm' },
  'kube-apiserver': { module: 'kubernetes', program: 'kube-apiserver' },
  'oci-conformance': { module: 'oci-conformance', program: 'conformance' },
  oras: { module: 'oras', program: 'oras' },
  'vcenter-simulator': { module: 'vcenter', program: 'vcenter-simulator' },
} as const;
