import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Peer } from './peers.ts';
import { waitUntil } from './wait-until.ts';

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
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children) child.stdin?.end();
    await Promise.all(children.map(ended));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [clients, peers, secure] = await freePorts();
    const store = `http://127.0.0.1:${clients}`;
    children.push(
      run(etcd, [
        ...flags({
          'data-dir': join(folder, 'etcd'),
          'listen-client-urls': store,
          'advertise-client-urls': store,
          'listen-peer-urls': `http://127.0.0.1:${peers}`,
          'log-level': 'error',
        }),
        // What a test writes need not survive the machine.
        '--unsafe-no-fsync',
      ]),
    );
    const token = randomBytes(16).toString('hex');
    const tokens = join(folder, 'tokens.csv');
    await writeFile(tokens, `${token},test,test,system:masters\n`);
    const key = join(folder, 'service-accounts.pem');
    await writeFile(key, accountKey());
    const server = run(
      apiserver,
      flags({
        'etcd-servers': store,
        'secure-port': secure,
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
        'watch-cache': 'false',
        v: 0,
      }),
    );
    children.push(server);
    const url = `https://127.0.0.1:${secure}`;
    await waitUntil(
      'kube-apiserver to be ready',
      async () => {
        if (server.exitCode !== null) throw new Error(`kube-apiserver ended with ${server.exitCode}`);
        return (await readyStatus(`${url}/readyz`, await readFile(join(folder, 'apiserver.crt')), token)) === 200;
      },
      120_000,
    );
    const ca = await readFile(join(folder, 'apiserver.crt'), 'utf8');
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(describeAccess(url, ca, token)), { mode: 0o600 });
    return { url, store, token, ca, kubeconfig, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** JSON is YAML, which is what a kubeconfig is. */
function describeAccess(server: string, ca: string, token: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
}

/** Runs a program for as long as the shell's standard input is open. */
const whileOpen = `exec 3<&0
"$0" "$@" 3<&- &
child=$!
(read -r _ <&3; kill -9 "$child") &
watcher=$!
exec 3<&-
wait "$child"
code=$?
kill "$watcher"
exit "$code"`;

/** A program that ends with this process too, however this one ends: a test that is killed leaves nothing running. */
function run(peer: Peer, parts: readonly string[]): ChildProcess {
  return spawn('/bin/sh', ['-c', whileOpen, peer.path, ...parts], { stdio: ['pipe', 'ignore', 'ignore'] });
}

function flags(given: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(given).map(([name, value]) => `--${name}=${value}`);
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => child.once('close', () => resolve()));
}

function accountKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString();
}

function readyStatus(url: string, ca: Buffer, token: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca, agent: false, timeout: 5000, headers: { authorization: `Bearer ${token}` } });
    asked.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.once('timeout', () => asked.destroy(new Error('no answer')));
    asked.once('error', reject);
    asked.end();
  });
}

/** etcd cannot tell which ports it took for 0, so they are looked for beforehand. */
async function freePorts(): Promise<readonly [number, number, number]> {
  const servers = await Promise.all(
    [0, 1, 2].map(
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer().once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  const [clients, peers, secure] = ports;
  if (clients === undefined || peers === undefined || secure === undefined) throw new Error('no three ports');
  return [clients, peers, secure];
}
