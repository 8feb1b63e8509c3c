import { type PeerName, peer } from '../peers.ts';
import type { KubernetesProgram } from './management/control-plane.ts';
import { apiServerOf, companionOf, type ManagementMinor } from './management/peers.ts';
import { programPath } from './management/programs.ts';

/** The versions of Kubernetes that a site can have. */
export const siteVersions = { older: 'v1.36.3', newer: 'v1.37.2' } as const;

/** Paths of the programs of a workload cluster that are the same whatever its version. */
export interface SitePrograms {
  readonly etcd: string;
  readonly kwok: string;
}

/** Every peer that a site runs. */
export const sitePeerNames = [
  'vcenter-simulator',
  'govc',
  'etcd',
  'kwok',
  'kube-apiserver',
  'kube-apiserver-1.36',
  'kube-controller-manager',
  'kube-scheduler',
  'cluster-api-core',
  'cluster-api-kubeadm-bootstrap',
  'cluster-api-kubeadm-control-plane',
] as const satisfies readonly PeerName[];

/** For `describe.skipIf`. */
export function sitePeers(): { readonly missing: boolean; readonly remedy: string } {
  const missing = sitePeerNames.map((name) => peer(name)).filter((one) => one.missing);
  const remedy = `needs ${missing.map(({ name }) => name).join(', ') || 'the peers of a site'}: npm run peers`;
  return { missing: missing.length > 0, remedy };
}

export function sitePrograms(): SitePrograms {
  return {
    etcd: programPath('etcd'),
    kwok: programPath('kwok'),
  };
}

/** The API server of a version's minor. @throws Error when there is none */
export function apiServerFor(version: string): KubernetesProgram {
  return apiServerOf(minorOf(version));
}

/** The controller manager or scheduler for API servers of which none is older than a version: neither may be newer than any of them. */
export function companionFor(
  name: 'kube-controller-manager' | 'kube-scheduler',
  versions: readonly string[],
): KubernetesProgram {
  const minors = versions.map(minorOf);
  return companionOf(name, minors.includes('1.36') ? '1.36' : '1.37');
}

function minorOf(version: string): ManagementMinor {
  const minor = /^v?(\d+\.\d+)\./.exec(version)?.[1];
  if (minor === '1.36' || minor === '1.37') return minor;
  throw new Error(`there is no API server of Kubernetes ${version}`);
}
