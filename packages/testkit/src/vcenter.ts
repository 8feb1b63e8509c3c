import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Peer } from './peers.ts';

/** What the simulated inventory holds; a datacenter is named `DC0`, its cluster `DC0_C0`, its datastore `LocalDS_0`. */
export interface VCenterOptions {
  readonly datacenters?: number;
  /** In each datacenter. */
  readonly clusters?: number;
  /** In each cluster. */
  readonly hosts?: number;
  readonly datastores?: number;
  /** Resource pools besides the cluster's own. */
  readonly pools?: number;
  /** Datastore clusters in each datacenter, without datastores: `DC0_POD0`. */
  readonly pods?: number;
  /** Virtual machines in each resource pool. */
  readonly machines?: number;
  /** A VM folder to make in the first datacenter. */
  readonly folder?: string;
}

/** A fault's type of the vSphere API and its fields, as govmomi's JSON has them. */
export interface VCenterFault {
  readonly type: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** What happens to some calls of a method; of several kinds the first given below holds, after the delay and the end of sessions. */
export interface VCenterFaultRule {
  /** A SOAP method as it goes over the wire (`ImportVApp`, `Rename_Task`), `*` for all, or `PUT` for an upload to a lease. */
  readonly method: string;
  /** This many calls pass first. */
  readonly skip?: number;
  /** This many are hit then; by default one. */
  readonly count?: number;
  readonly delayMs?: number;
  readonly expireSessions?: boolean;
  /** Closes the connection before the call is done. */
  readonly cut?: boolean;
  /** Does the call, then closes the connection without an answer. */
  readonly dropAnswer?: boolean;
  /** Closes the connection of an upload when so many bytes have arrived. */
  readonly cutAfterBytes?: number;
  /** Answers this HTTP status. */
  readonly status?: number;
  readonly message?: string;
  /** Answers this fault. */
  readonly fault?: VCenterFault;
  /** Answers a task that ends with this fault. */
  readonly taskFault?: VCenterFault;
  /** For `ImportVApp`: answers a lease in state error. */
  readonly leaseFault?: VCenterFault;
}

/** A CNS volume as the driver of a cluster with that cluster-id would make it. */
export interface VCenterVolume {
  readonly name: string;
  readonly clusterId: string;
  readonly claim?: string;
  readonly namespace?: string;
}

export interface VCenter {
  /** `https://127.0.0.1:<port>/sdk` */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** SHA-256 of the certificate, hex pairs separated by colons. */
  readonly thumbprint: string;
  /** SHA-1, the form that vSphere's own tools show. */
  readonly thumbprintSha1: string;
  /** The certificate as PEM; it signs itself. */
  readonly caFile: string;
  /** For govc. */
  readonly environment: Readonly<Record<string, string>>;
  fault(rule: VCenterFaultRule): Promise<void>;
  clearFaults(): Promise<void>;
  /** Ends every session, as an idle timeout does. */
  expireSessions(): Promise<void>;
  /** Makes a volume and returns its id. */
  createVolume(volume: VCenterVolume): Promise<string>;
  /** The most volumes that one answer of CnsQueryVolume holds, 100 at first. */
  limitPage(limit: number): Promise<void>;
  /** Privileges that the account says it lacks from now on. */
  denyPrivileges(ids: readonly string[]): Promise<void>;
  /** Every SOAP call since the start. */
  calls(): Promise<{ readonly method: string; readonly object: string; readonly at: number }[]>;
  /** Every upload to a lease, in the order of their ends. */
  uploads(): Promise<
    { readonly path: string; readonly sizeBytes: number; readonly sha256: string; readonly complete: boolean }[]
  >;
  stop(): Promise<void>;
}

/** Starts govmomi's vCenter simulator (test/peers/vcenter) on free loopback ports; `peer('vcenter-simulator')` finds it. */
export async function startVCenter(peer: Peer, options: VCenterOptions = {}): Promise<VCenter> {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-vcenter-'));
  const caFile = join(folder, 'ca.pem');
  const username = 'administrator@vsphere.local';
  const password = 'Pa55 & <word>';
  const { folder: templates, ...counts } = options;
  const child = spawn(
    peer.path,
    [
      '-username',
      username,
      '-password',
      password,
      '-certificate',
      caFile,
      ...(templates === undefined ? [] : ['-folder', templates]),
      ...Object.entries(counts).flatMap(([flag, count]) => [`-${flag}`, String(count)]),
    ],
    // The simulator keeps datastores below its temporary folder.
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: folder } },
  );
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.stdin.end();
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const started = await readStart(child, ended);
    const ask = (method: string, path: string, body?: unknown): Promise<unknown> =>
      control(started.control, method, path, body);
    return {
      url: started.url,
      username,
      password,
      thumbprint: started.thumbprint,
      thumbprintSha1: started.sha1,
      caFile,
      environment: {
        GOVC_URL: started.url,
        GOVC_USERNAME: username,
        GOVC_PASSWORD: password,
        GOVC_TLS_CA_CERTS: caFile,
        GOVC_PERSIST_SESSION: 'false',
      },
      fault: async (rule) => void (await ask('POST', '/faults', rule)),
      clearFaults: async () => void (await ask('DELETE', '/faults')),
      expireSessions: async () => void (await ask('POST', '/expire')),
      createVolume: async (volume) => ((await ask('POST', '/volumes', volume)) as { id: string }).id,
      limitPage: async (limit) => void (await ask('POST', '/page', { limit })),
      denyPrivileges: async (denied) => void (await ask('POST', '/privileges', { denied })),
      calls: async () => (await ask('GET', '/calls')) as Awaited<ReturnType<VCenter['calls']>>,
      uploads: async () => (await ask('GET', '/uploads')) as Awaited<ReturnType<VCenter['uploads']>>,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Start {
  readonly url: string;
  readonly control: string;
  readonly thumbprint: string;
  readonly sha1: string;
}

async function readStart(child: ChildProcessByStdio<Writable, Readable, null>, ended: Promise<void>): Promise<Start> {
  const lines = createInterface({ input: child.stdout });
  const first = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    void ended.then(() => reject(new Error('vcenter-simulator ended before it listened')));
  });
  return JSON.parse(first) as Start;
}

async function control(url: string, method: string, path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`vcenter-simulator ${method} ${path}: ${await answer.text()}`);
  return answer.json();
}
