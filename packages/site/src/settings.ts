import type { Secret } from '@sealift/core/secret';
import type { KubeconfigChoice } from '@sealift/kubernetes/access';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import type { PlaceNames } from '@sealift/vsphere/places';

/** How the console reaches a vCenter. */
export interface VcenterLogin {
  /** Such as `https://vcenter.example`. */
  readonly url: string;
  readonly username: string;
  readonly password: Secret;
  /** Trusted beside the CAs of the system. */
  readonly caFile?: string | undefined;
  /** Such certificates themselves, PEM. */
  readonly ca?: string | undefined;
  /** SHA-256 of the only certificate that is trusted. */
  readonly thumbprint?: string | undefined;
}

/** How the console reaches the vCenter and the API server of the cluster that it runs on. */
export interface SiteSettings extends VcenterLogin {
  /** Where templates go; what is left out is found where vCenter has one choice. */
  readonly places: PlaceNames;
  readonly networks: readonly string[];
  /** Access to the enterprise cluster; else as kubectl looks for it. */
  readonly enterprise?: KubeconfigChoice | undefined;
  /** Access to the cluster whose Cluster API makes the enterprise cluster's machines, where that is another. */
  readonly management?: KubeconfigChoice | undefined;
  /** The Cluster there; may be left out where there is one. */
  readonly cluster?: ClusterName | undefined;
  /** Variables that packs refer to (`.spectro.var.<name>`). */
  readonly variables?: SiteVariables | undefined;
  /** Images of packs are pulled from here; left out, nodes have a mirror of the registries that packs name. */
  readonly imageRegistry?: ImageRegistry | undefined;
}

/** YAML in a file, which is read anew for each layer, or the text itself. */
export type SiteVariables = { readonly file: string } | { readonly text: Secret };

/** A registry as the nodes of the cluster reach it. */
export interface ImageRegistry {
  /** Host, with a port where there is one: `harbor.example:8443`. */
  readonly registry: string;
  /** The path below it that bundles push images to (`OCI_IMAGE_BASE`). */
  readonly base: string;
  /** A Secret in the cluster with the login that it asks for. */
  readonly pullSecret?: { readonly namespace: string; readonly name: string } | undefined;
}
