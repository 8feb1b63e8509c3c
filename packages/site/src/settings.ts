import type { Secret } from '@sealift/core/secret';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import type { PlaceNames } from '@sealift/vsphere/places';

/** How the console reaches the vCenter and the API server of the cluster that it runs on. */
export interface SiteSettings {
  /** Such as `https://vcenter.example`. */
  readonly url: string;
  readonly username: string;
  readonly password: Secret;
  /** Trusted beside the CAs of the system. */
  readonly caFile?: string | undefined;
  /** SHA-256 of the only certificate that is trusted. */
  readonly thumbprint?: string | undefined;
  /** Where templates go; what is left out is found where vCenter has one choice. */
  readonly places: PlaceNames;
  readonly networks: readonly string[];
  /** Of the enterprise cluster; else as kubectl looks for it. */
  readonly kubeconfig?: string | undefined;
  /** Of the cluster whose Cluster API makes the enterprise cluster's machines, where that is another. */
  readonly managementKubeconfig?: string | undefined;
  /** The Cluster there; may be left out where there is one. */
  readonly cluster?: ClusterName | undefined;
}
