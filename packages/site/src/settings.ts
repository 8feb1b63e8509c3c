import type { Secret } from '@sealift/core/secret';
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
  /** Of the cluster whose volumes are looked at; else as kubectl looks for it. */
  readonly kubeconfig?: string | undefined;
}
