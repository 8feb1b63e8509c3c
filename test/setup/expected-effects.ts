/** Effects of the sample's upgrade on the simulated cluster, in the order of the plan. */
export const expectedEffects = [
  'importTemplate r_u-2204-0-k-12610-0',
  'setRollout control-plane',
  'setRollout workers',
  'applyLayer kubernetes',
  'applyLayer cni-calico',
  'applyLayer csi-vsphere-csi',
  'applyLayer ingress-nginx',
  'applyLayer platform',
];
