export interface SiteOptions {
  /** Of Kubernetes, with its `v`; by default the older of `siteVersions`. */
  readonly version?: string;
  readonly controlPlanes?: number;
  readonly workers?: number;
  /** Ready Nodes besides, without a machine behind them. */
  readonly kwokNodes?: number;
  /** Versions whose node image is in vCenter from the start; by default every one that a site can have. */
  readonly nodeImages?: readonly string[];
  readonly clusterName?: string;
  readonly namespace?: string;
  /** Whether the cluster holds its own Cluster API objects and their controllers; by default a management cluster beside it does. */
  readonly selfManaged?: boolean;
  /** Whether machines of the older minor run its own API server and etcd, and not the newer one's that emulate it. */
  readonly ownMinors?: boolean;
  /** Whether a ClusterClass manages the cluster; one that does can't be self-managed here. */
  readonly topology?: boolean;
  /** Where to save the site once it is up, for `from`. */
  readonly saveTo?: string;
  /** A saved site to go on with, in seconds instead of minutes; the other options are then as they were. */
  readonly from?: string;
}
