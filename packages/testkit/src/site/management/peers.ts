import { fileURLToPath } from 'node:url';
import { type Peer, type PeerName, peer } from '../../peers.ts';
import { clusterApiComponents } from './cluster-api.ts';
import type { KubernetesProgram } from './control-plane.ts';
import { programPath } from './programs.ts';

/** Minor versions of Kubernetes that a management cluster can have, with the peer that serves each. */
const apiServers = {
  '1.36': { peer: 'kube-apiserver-1.36', flags: { 'emulated-version': '1.36' } },
  '1.37': { peer: 'kube-apiserver', flags: {} },
} as const satisfies Readonly<Record<string, { peer: PeerName; flags: Readonly<Record<string, string>> }>>;

export type ManagementMinor = keyof typeof apiServers;

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

/** A program of Kubernetes that serves a minor version. */
export function apiServerOf(minor: ManagementMinor): KubernetesProgram {
  const { peer: name, flags } = apiServers[minor];
  return { path: programPath(name), flags };
}

/** What Cluster API's and kwok's modules bring besides programs: resource definitions, webhook configurations, stages. */
export const peersConfig = fileURLToPath(new URL('../../../../../test/peers/bin/cluster-api/config', import.meta.url));
