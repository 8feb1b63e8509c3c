import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { harborview } from './build.ts';

/** One layer that the site runs with values of its own. */
export interface SiteLayer {
  readonly layer: 'k8s' | 'cni' | 'csi' | 'addon';
  readonly pack: string;
  /** Paths at which the site's values differ from the defaults of 4.2.12, keys joined by dots. */
  readonly customised: readonly string[];
}

/** What the site changed, as `site/README.md` tells. */
export const siteLayers: readonly SiteLayer[] = [
  { layer: 'k8s', pack: 'kubernetes', customised: ['pack.podCIDR', 'pack.serviceClusterIpRange'] },
  {
    layer: 'cni',
    pack: 'cni-calico',
    customised: [
      'charts.tigera-operator.installation.calicoNetwork.mtu',
      'charts.tigera-operator.felixConfiguration.logSeverityScreen',
      'charts.tigera-operator.felixConfiguration.prometheusMetricsEnabled',
    ],
  },
  {
    layer: 'csi',
    pack: 'csi-vsphere-csi',
    customised: ['charts.vsphere-csi.storageClass.storagePolicyName', 'charts.vsphere-csi.controller.replicas'],
  },
  { layer: 'addon', pack: 'ingress-nginx', customised: ['charts.ingress-nginx.controller.config.proxy-body-size'] },
  {
    layer: 'addon',
    pack: 'platform',
    customised: ['manifests.platform.ingress.host', 'manifests.platform.database.storage.size'],
  },
];

/** The text that the site runs for a layer. */
export function siteValues(layer: SiteLayer): string {
  return readFileSync(join(harborview, 'site', `${layer.layer}-${layer.pack}.yaml`), 'utf8');
}
