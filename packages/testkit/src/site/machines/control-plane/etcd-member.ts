import { join } from 'node:path';
import { JsonClient } from '../../json-client.ts';
import type { Program } from '../program.ts';
import type { ClusterCertificates } from './cluster-certificates.ts';

interface Member {
  readonly ID: string;
  readonly name?: string;
  readonly peerURLs?: readonly string[];
}

/** The ports of one control-plane machine on loopback. */
export interface MachinePorts {
  readonly etcd: number;
  readonly peer: number;
  readonly api: number;
}

/**
 * The value of `--initial-cluster` for a new member: itself alone, or, where one of the running members answers, all of them after it
 * was added (etcd's JSON gateway, `/v3/cluster/member/add`).
 *
 * @throws Error when the running members do not let it in, as they do while one of them is away; the next attempt may
 */
export async function joinEtcd(
  certificates: ClusterCertificates,
  {
    name,
    ports,
    running,
  }: { readonly name: string; readonly ports: MachinePorts; readonly running: readonly number[] },
): Promise<{ readonly initialCluster: string; readonly state: 'new' | 'existing' }> {
  const own = `https://127.0.0.1:${ports.peer}`;
  const [first] = running;
  if (first === undefined) return { initialCluster: `${name}=${own}`, state: 'new' };
  const etcd = new JsonClient(certificates.etcd(`https://127.0.0.1:${first}`));
  try {
    let members = await ask(etcd, '/v3/cluster/member/list', {});
    // An attempt that was cut off after it was let in is not repeated.
    if (!members.some(({ peerURLs }) => peerURLs?.includes(own))) {
      members = await ask(etcd, '/v3/cluster/member/add', { peerURLs: [own] });
    }
    // A member that has not started yet has no name: this one.
    const parts = members.map((member) => `${member.name ?? name}=${member.peerURLs?.[0] ?? ''}`);
    return { initialCluster: parts.join(','), state: 'existing' };
  } finally {
    etcd.close();
  }
}

async function ask(etcd: JsonClient, path: string, body: unknown): Promise<readonly Member[]> {
  const answer = await etcd.send({ method: 'POST', path, body });
  if (answer.status !== 200)
    throw new Error(`etcd ${path}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`);
  return (answer.body as { readonly members: readonly Member[] }).members;
}

/** Names of the members that a member lists; one that has not started has none yet. @throws Error when the member does not answer */
export async function etcdMembers(certificates: ClusterCertificates, port: number): Promise<readonly string[]> {
  const etcd = new JsonClient(certificates.etcd(`https://127.0.0.1:${port}`));
  try {
    return (await ask(etcd, '/v3/cluster/member/list', {})).map(({ name }) => name ?? '').sort();
  } finally {
    etcd.close();
  }
}

/** Whether a member has a leader and can answer (its `/health`). */
export async function etcdHealthy(member: JsonClient): Promise<boolean> {
  try {
    return (await member.send({ method: 'GET', path: '/health' })).status === 200;
  } catch {
    return false;
  }
}

/** The program of one member; started again with the same folder it is the same member. */
export function etcdProgram(options: {
  readonly name: string;
  readonly path: string;
  readonly folder: string;
  readonly ports: MachinePorts;
  readonly initialCluster: string;
  readonly state: 'new' | 'existing';
  readonly certificates: ClusterCertificates;
}): Program {
  const { name, path, folder, ports, initialCluster, state, certificates } = options;
  const clients = `https://127.0.0.1:${ports.etcd}`;
  const peers = `https://127.0.0.1:${ports.peer}`;
  const flags = {
    name,
    'data-dir': join(folder, `${name}.etcd`),
    'listen-client-urls': clients,
    'advertise-client-urls': clients,
    'listen-peer-urls': peers,
    'initial-advertise-peer-urls': peers,
    'initial-cluster': initialCluster,
    'initial-cluster-state': state,
    'cert-file': certificates.path('etcd.crt'),
    'key-file': certificates.path('etcd.key'),
    'client-cert-auth': true,
    'trusted-ca-file': certificates.path('etcd-ca.crt'),
    'peer-cert-file': certificates.path('etcd.crt'),
    'peer-key-file': certificates.path('etcd.key'),
    'peer-client-cert-auth': true,
    'peer-trusted-ca-file': certificates.path('etcd-ca.crt'),
    'log-level': 'warn',
    // What a test writes need not survive the machine.
    'unsafe-no-fsync': true,
  };
  return { name: `${name}.etcd`, path, flags };
}
