import { accessErrors } from './catalogue/access.ts';
import { backupErrors } from './catalogue/backup.ts';
import { bundleErrors } from './catalogue/bundle.ts';
import { cliErrors } from './catalogue/cli.ts';
import { clusterApiErrors } from './catalogue/cluster-api.ts';
import { downloadErrors } from './catalogue/download.ts';
import { gatewayErrors } from './catalogue/gateway.ts';
import { generalErrors } from './catalogue/general.ts';
import { helmErrors } from './catalogue/helm.ts';
import { kubernetesErrors } from './catalogue/kubernetes.ts';
import { mergeErrors } from './catalogue/merge.ts';
import { notificationErrors } from './catalogue/notification.ts';
import { registryErrors } from './catalogue/registry.ts';
import { releaseErrors } from './catalogue/release.ts';
import { s3Errors } from './catalogue/s3.ts';
import { serverErrors } from './catalogue/server.ts';
import { simulatorErrors } from './catalogue/simulator.ts';
import { siteErrors } from './catalogue/site.ts';
import { supportHostErrors } from './catalogue/support-host.ts';
import { upgradeErrors } from './catalogue/upgrade.ts';
import { vsphereErrors } from './catalogue/vsphere.ts';

/** Every failure Sealift can report. Codes are stable: once published, a code keeps its meaning. */
export const catalogue = {
  ...generalErrors,
  ...releaseErrors,
  ...mergeErrors,
  ...bundleErrors,
  ...registryErrors,
  ...serverErrors,
  ...accessErrors,
  ...backupErrors,
  ...s3Errors,
  ...upgradeErrors,
  ...vsphereErrors,
  ...kubernetesErrors,
  ...clusterApiErrors,
  ...helmErrors,
  ...simulatorErrors,
  ...siteErrors,
  ...downloadErrors,
  ...gatewayErrors,
  ...notificationErrors,
  ...supportHostErrors,
  ...cliErrors,
} as const;

/** A stable error code, such as `INPUT_INVALID`. */
export type ErrorCode = keyof typeof catalogue;
