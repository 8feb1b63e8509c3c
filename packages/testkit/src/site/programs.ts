import { type PeerName, peer } from '../peers.ts';
import type { KubernetesProgram } from './management/control-plane.ts';
import { apiServerOf } from './management/peers.ts';
import { programPath } from './management/programs.ts';

/** The versions of Kubernetes that a site can have. */
export const siteVersions = { older: 'v1.36.3', newer: 'v1.37.2' } as const;

/** Paths of the programs that a workload cluster runs besides its API servers. */
export interface SitePrograms {
  readonly etcd: string;
  readonly kwok: string;
  readonly controllerManager: string;
  readonly scheduler: string;
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
    controllerManager: programPath('kube-controller-manager'),
    scheduler: programPath('kube-scheduler'),
  };
}

/** The API server of a version's minor. @throws Error when there is none */
export function apiServerFor(version: string): KubernetesProgram {
  const minor = /^v?(\d+\.\d+)\./.exec(version)?.[1];
  if (minor === '1.36' || minor === '1.37') return apiServerOf(minor);
  throw new Error(`there is no API server of Kubernetes ${version}`);
}
