import { describe, expect, it } from 'vitest';
import { accessErrors } from './catalogue/access.ts';
import { backupErrors } from './catalogue/backup.ts';
import { bundleErrors } from './catalogue/bundle.ts';
import { clusterApiErrors } from './catalogue/cluster-api.ts';
import { cliErrors } from './catalogue/cli.ts';
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
import { catalogue } from './catalogue.ts';
import type { ErrorDefinition } from './definition.ts';

const areas: Readonly<Record<string, Readonly<Record<string, ErrorDefinition>>>> = {
  generalErrors,
  releaseErrors,
  mergeErrors,
  backupErrors,
  s3Errors,
  bundleErrors,
  registryErrors,
  serverErrors,
  accessErrors,
  upgradeErrors,
  vsphereErrors,
  kubernetesErrors,
  clusterApiErrors,
  helmErrors,
  simulatorErrors,
  siteErrors,
  downloadErrors,
  gatewayErrors,
  notificationErrors,
  supportHostErrors,
  cliErrors,
};

describe('the error catalogue', () => {
  it('declares each code in one area only', () => {
    const codes = Object.values(areas).flatMap((area) => Object.keys(area));
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    expect(Object.keys(catalogue).toSorted()).toEqual(codes.toSorted());
  });

  it.each(Object.entries(catalogue))('%s says what happened and what to do', (code, definition: ErrorDefinition) => {
    expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
    expect(definition.message.length).toBeGreaterThan(3);
    expect(definition.message).not.toMatch(/\.$/);
    expect(definition.hint).toMatch(/[.}]$/);
    expect(definition.status).toBeGreaterThanOrEqual(400);
    expect(definition.status).toBeLessThan(600);
    expect(definition.exit).toBeGreaterThan(0);
    expect(definition.exit).toBeLessThanOrEqual(130);
  });
});
