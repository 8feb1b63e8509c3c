import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Peer } from './peers.ts';
import { type BoundProcess, flags, runBound } from './process/bound-process.ts';
import { JsonClient } from './site/json-client.ts';
import { printKubeconfig } from './site/kube-api.ts';
import { makeAccountKey } from './site/pki.ts';
import { PortBlock } from './site/port-block.ts';

/** etcd and kube-apiserver, without controllers and nodes: what is written stays as it was written. */
export interface Kubernetes {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** Where etcd takes calls, such as `http://127.0.0.1:<port>`; its API is there as JSON too. */
  readonly store: string;
  /** A member of `system:masters`. */
  readonly token: string;
  /** The API server's certificate, which signs itself, as PEM. */
  readonly ca: string;
  /** A kubeconfig with all of these. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/**
 * Starts the peers `etcd` and `kube-apiserver` (test/peers/kubernetes) on free loopback ports and waits until the API server is
 * ready, which takes it 5 to 12 s on an idle machine.
 */
export async function startKubernetes(etcd: Peer, apiserver: Peer): Promise<Kubernetes> {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-kubernetes-'));
  const running: BoundProcess[] = [];
  let ports: PortBlock | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((one) => one.stop()));
    await ports?.release();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    ports = await PortBlock.claim();
    const store = `http://127.0.0.1:${ports.at(1)}`;
    const url = `https://127.0.0.1:${ports.at(3)}`;
    running.push(runBound(etcd.path, etcdFlags(folder, store, ports.at(2))));
    const token = randomBytes(16).toString('hex');
    const server = runBound(apiserver.path, await apiServerFlags(folder, store, ports.at(3), token), {
      log: join(folder, 'kube-apiserver.log'),
    });
    running.push(server);
    await server.untilReady(() => isReady(url, folder, token));
    const ca = await readFile(join(folder, 'apiserver.crt'), 'utf8');
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, printKubeconfig({ server: url, ca, token }), { mode: 0o600 });
    return { url, store, token, ca, kubeconfig, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function etcdFlags(folder: string, store: string, peers: number): string[] {
  return flags({
    'data-dir': join(folder, 'etcd'),
    'listen-client-urls': store,
    'advertise-client-urls': store,
    'listen-peer-urls': `http://127.0.0.1:${peers}`,
    'log-level': 'error',
    // What a test writes need not survive the machine.
    'unsafe-no-fsync': true,
  });
}

async function apiServerFlags(folder: string, store: string, port: number, token: string): Promise<string[]> {
  const tokens = join(folder, 'tokens.csv');
  await writeFile(tokens, `${token},test,test,system:masters\n`);
  const key = join(folder, 'accounts.key');
  await writeFile(key, makeAccountKey());
  return flags({
    'etcd-servers': store,
    'secure-port': port,
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'cert-dir': folder,
    'token-auth-file': tokens,
    'authorization-mode': 'RBAC',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-signing-key-file': key,
    'service-account-key-file': key,
    'service-cluster-ip-range': '10.0.0.0/24',
    // A loopback address is no endpoint that it would publish.
    'endpoint-reconciler-type': 'none',
    // They need controllers: one waits for accounts, the other adds finalizers that nobody would take away.
    'disable-admission-plugins': 'ServiceAccount,StorageObjectInUseProtection',
    'watch-cache': false,
    v: 0,
  });
}

/** The certificate is there as soon as it listens. */
async function isReady(server: string, folder: string, token: string): Promise<boolean> {
  const ca = await readFile(join(folder, 'apiserver.crt'));
  const client = new JsonClient({ server, ca, token }, { timeoutMs: 5000 });
  try {
    return (await client.send({ method: 'GET', path: '/readyz' })).status === 200;
  } finally {
    client.close();
  }
}
