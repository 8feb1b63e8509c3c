import { type PeerName, peer } from '../peers.ts';
import type { KubernetesProgram } from './management/control-plane.ts';
import { apiServerOf, companionOf, type ManagementMinor } from './management/peers.ts';
import { programPath } from './management/programs.ts';

/** The versions of Kubernetes that a site can have. */
export const siteVersions = { older: 'v1.36.3', newer: 'v1.37.2' } as const;

/** The programs of a workload cluster, by the versions that its machines are made for. */
export interface SitePrograms {
  readonly kwok: string;
  /** The API server of a version's minor. @throws Error when there is none */
  apiServer(version: string): KubernetesProgram;
  /** etcd of an image's tag, such as `3.6.8-0`. @throws Error when there is none */
  etcd(tag: string): string;
  /** The tag of the image that kubeadm of a version's minor takes where it is not told otherwise. */
  etcdTag(version: string): string;
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

/** Further peers of a site whose older minor runs its own programs. */
const ownMinorNames = ['kube-apiserver-1.36.3', 'etcd-3.6'] as const satisfies readonly PeerName[];

/** As `sitePeers`, for a site with `ownMinors`. */
export function ownMinorPeers(): { readonly missing: boolean; readonly remedy: string } {
  const site = sitePeers();
  const missing = ownMinorNames.map((name) => peer(name)).filter((one) => one.missing);
  if (site.missing || missing.length === 0) return site;
  return { missing: true, remedy: `needs ${missing.map(({ name }) => name).join(', ')}: npm run peers` };
}

/**
 * @param ownMinors whether the older minor has the API server and the etcd that it had, and not the newer one's that emulate it
 */
export function sitePrograms(ownMinors = false): SitePrograms {
  return {
    kwok: programPath('kwok'),
    apiServer(version) {
      const minor = minorOf(version);
      return ownMinors && minor === '1.36'
        ? { path: programPath('kube-apiserver-1.36.3'), flags: {} }
        : apiServerOf(minor);
    },
    etcd(tag) {
      if (tag.startsWith('3.7.')) return programPath('etcd');
      if (tag.startsWith('3.6.')) return programPath('etcd-3.6');
      throw new Error(`there is no etcd ${tag}`);
    },
    etcdTag: (version) => (ownMinors && minorOf(version) === '1.36' ? '3.6.8-0' : '3.7.0-0'),
  };
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
