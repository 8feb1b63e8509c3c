import { type Peer, type PeerName, peer } from '../peers.ts';

/** A kube-apiserver and the flags that make it serve its version. */
export interface ApiServerProgram {
  readonly path: string;
  readonly flags: Readonly<Record<string, string>>;
}

/** Paths of the programs that a workload cluster runs. */
export interface SitePrograms {
  readonly etcd: string;
  readonly kwok: string;
  readonly controllerManager: string;
  readonly scheduler: string;
  /** By minor version, as `1.37`. */
  readonly apiServers: ReadonlyMap<string, ApiServerProgram>;
}

/** The versions of Kubernetes that a site can have. */
export const siteVersions = { older: 'v1.36.3', newer: 'v1.37.2' } as const;

const names = [
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

/** Every peer that a site needs, for `describe.skipIf`. */
export function sitePeers(): { readonly missing: boolean; readonly remedy: string } {
  const missing = names.map((name) => peer(name)).filter((one) => one.missing);
  const remedy = `needs ${missing.map(({ name }) => name).join(', ') || 'the peers of a site'}: npm run peers`;
  return { missing: missing.length > 0, remedy };
}

export function sitePrograms(): SitePrograms {
  const path = (name: (typeof names)[number]): string => needed(peer(name)).path;
  return {
    etcd: path('etcd'),
    kwok: path('kwok'),
    controllerManager: path('kube-controller-manager'),
    scheduler: path('kube-scheduler'),
    apiServers: new Map([
      ['1.36', { path: path('kube-apiserver-1.36'), flags: { 'emulated-version': '1.36' } }],
      ['1.37', { path: path('kube-apiserver'), flags: {} }],
    ]),
  };
}

/** The API server of a version's minor. @throws Error when there is none */
export function apiServerFor(programs: SitePrograms, version: string): ApiServerProgram {
  const minor = /^v?(\d+\.\d+)\./.exec(version)?.[1] ?? version;
  const found = programs.apiServers.get(minor);
  if (found !== undefined) return found;
  throw new Error(
    `there is no API server of Kubernetes ${version}, only of ${[...programs.apiServers.keys()].join(', ')}`,
  );
}

function needed(found: Peer): Peer {
  if (found.missing) throw new Error(found.remedy);
  return found;
}
