import { fileURLToPath } from 'node:url';
import { type Peer, type PeerName, peer } from '../../peers.ts';
import { clusterApiComponents } from './cluster-api.ts';
import type { KubernetesProgram } from './control-plane.ts';
import { programPath } from './programs.ts';

/** Minor versions of Kubernetes that a management cluster can have: the peer that serves each, and what all its programs are told. */
const minors = {
  '1.36': { apiserver: 'kube-apiserver-1.36', flags: { 'emulated-version': '1.36' } },
  '1.37': { apiserver: 'kube-apiserver', flags: {} },
} as const satisfies Readonly<Record<string, { apiserver: PeerName; flags: Readonly<Record<string, string>> }>>;

export type ManagementMinor = keyof typeof minors;

const names = [
  'etcd',
  'kube-apiserver',
  'kube-apiserver-1.36',
  'kube-controller-manager',
  'kube-scheduler',
  ...clusterApiComponents.map((component) => component.peer),
] as const satisfies readonly PeerName[];

/** Every peer that a management cluster runs, for `describe.skipIf`. */
export function managementPeers(): Pick<Peer, 'missing' | 'remedy'> {
  const missing = names.map((name) => peer(name)).some((one) => one.missing);
  return { missing, remedy: 'needs Kubernetes and Cluster API: npm run peers' };
}

/** The API server of a minor version. */
export function apiServerOf(minor: ManagementMinor): KubernetesProgram {
  const { apiserver, flags } = minors[minor];
  return { path: programPath(apiserver), flags };
}

/** A controller manager or scheduler for an API server of a minor version: they must not be newer than it. */
export function companionOf(
  name: 'kube-controller-manager' | 'kube-scheduler',
  minor: ManagementMinor,
): KubernetesProgram {
  return { path: programPath(name), flags: minors[minor].flags };
}

/** What Cluster API's and kwok's modules bring besides programs: resource definitions, webhook configurations, stages. */
export const peersConfig = fileURLToPath(new URL('../../../../../test/peers/bin/cluster-api/config', import.meta.url));
