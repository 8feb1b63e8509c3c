import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { pause } from '@sealift/io/pause';
import { type StartedProgram, startProgram } from '@sealift/io/start-program';
import { KubernetesClient } from '@sealift/kubernetes/client';
import { type Flags, flagParts } from './cluster-flags.ts';
import { bareEnvironment, lastError, spoken } from './programs.ts';

/** An API server on a throw-away store, on loopback, that lets in nobody but us. */
export interface ShadowServer {
  readonly client: KubernetesClient;
  stop(): Promise<void>;
}

/** Why an API server does not serve: it ended, or it runs and does not get ready. */
export interface NotServing {
  readonly kind: 'exits' | 'never-ready';
  readonly text: string;
}

export interface ServerStart {
  readonly program: string;
  /** The cluster's own, as a shadow gets them. */
  readonly flags: Flags;
  readonly serviceSubnet: string | undefined;
  /** Of the store, `unix://…`. */
  readonly store: string;
  /** Empty, and of this server alone. */
  readonly folder: string;
  /** How long it may take to serve. */
  readonly readyMs: number;
  readonly cancel: AbortSignal;
}

/** What kubeadm takes where nobody says otherwise. */
const usualSubnet = '10.96.0.0/12';
const portAttempts = 3;
const pauseMs = 200;
/** A write that fails for ever is told soon. */
const retryDelaysMs = [200, 500, 1000];

/** Starts an API server and waits until it serves. @throws CANCELLED */
export async function startServer(start: ServerStart): Promise<ShadowServer | NotServing> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await startOnce(start);
    // Between the look for a free port and its use somebody else may take it.
    const isTaken = 'kind' in result && result.text.includes('address already in use');
    if (!isTaken || attempt === portAttempts) return result;
  }
}

async function startOnce(start: ServerStart): Promise<ShadowServer | NotServing> {
  const { folder, cancel } = start;
  const token = randomBytes(32).toString('hex');
  const port = await freePort();
  const program = startProgram({
    program: start.program,
    parts: [...(await ownFlags(start, port, token)), ...flagParts(start.flags)],
    env: bareEnvironment,
    folder,
  });
  let client: KubernetesClient | undefined;
  const stop = async (): Promise<void> => {
    client?.close();
    await program.stop();
  };
  try {
    const until = Date.now() + start.readyMs;
    for (;;) {
      if (cancel.aborted) throw new SealiftError('CANCELLED', { place: start.program });
      if (program.end !== undefined) {
        await stop();
        return { kind: 'exits', text: lastError(program.said()) || program.end };
      }
      client ??= await connect(folder, `https://127.0.0.1:${port}`, token);
      const health = client === undefined ? undefined : await askHealth(client, cancel);
      if (health === 'ready' && client !== undefined) return { client, stop };
      if (Date.now() > until) {
        await stop();
        return { kind: 'never-ready', text: whyNotReady(start.readyMs, health, program) };
      }
      await pause(pauseMs, cancel);
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Those that make it a server of this machine alone. */
async function ownFlags(start: ServerStart, port: number, token: string): Promise<readonly string[]> {
  const { folder, store, serviceSubnet = usualSubnet } = start;
  const tokens = join(folder, 'tokens');
  await writeFile(tokens, `${token},sealift,sealift,system:masters\n`, { mode: 0o600 });
  const key = join(folder, 'accounts.key');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(key, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  return [
    `--etcd-servers=${store}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--cert-dir=${folder}`,
    `--token-auth-file=${tokens}`,
    // As kubeadm sets it up: who authorizes nodes watches kinds of its own, and a pod may be privileged.
    '--authorization-mode=Node,RBAC',
    '--allow-privileged=true',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${key}`,
    `--service-account-key-file=${key}`,
    `--service-cluster-ip-range=${serviceSubnet}`,
    // A loopback address is no endpoint that it would publish.
    '--endpoint-reconciler-type=none',
  ];
}

/** Undefined before the server has made its certificate. */
async function connect(folder: string, server: string, token: string): Promise<KubernetesClient | undefined> {
  const ca = await readFile(join(folder, 'apiserver.crt')).catch(() => undefined);
  if (ca === undefined || !ca.includes('-----END CERTIFICATE-----')) return undefined;
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'x', cluster: { server, 'certificate-authority-data': ca.toString('base64') } }],
    users: [{ name: 'x', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    'current-context': 'x',
  };
  return await KubernetesClient.connect({ text: new Secret(JSON.stringify(kubeconfig)), env: {}, retryDelaysMs });
}

/** `ready`, or what it says in place of that; undefined where it says nothing. */
async function askHealth(client: KubernetesClient, cancel: AbortSignal): Promise<string | undefined> {
  try {
    const { status, body } = await client.ask({
      method: 'GET',
      path: '/readyz',
      query: { verbose: '' },
      isHealth: true,
      cancel,
    });
    return status === 200 ? 'ready' : String(body);
  } catch (error) {
    if (cancel.aborted) throw error;
    return undefined;
  }
}

function whyNotReady(readyMs: number, health: string | undefined, program: StartedProgram): string {
  const failing = (health ?? '').split('\n').filter((line) => line.startsWith('[-]'));
  const names = failing.map((line) => line.slice(3).split(' ')[0]).join(', ');
  const lists = program
    .said()
    .split('\n')
    .findLast((line) => line.includes('failed to list'));
  // What klog adds to it stands behind a quotation mark.
  const list = lists?.replace(/^.*(?=failed to list)/, '').replace(/" \w+=.*$/, '');
  const cause = list === undefined ? lastError(program.said()) : spoken(list);
  const checks = names === '' ? '' : `${names}: `;
  return `it did not get ready in ${Math.round(readyMs / 1000)} s: ${checks}${cause}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = address === null || typeof address === 'string' ? 0 : address.port;
      server.close(() => resolve(port));
    });
  });
}
