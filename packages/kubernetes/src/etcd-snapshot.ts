import { createHash, type Hash } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import type { KubernetesClient } from './connection/client.ts';
import { decode } from './connection/decode.ts';
import type { PodLogin } from './connection/exchange.ts';

/** A snapshot that was taken whole. */
export interface EtcdSnapshot {
  readonly sizeBytes: number;
  /** Of the file, in hexadecimal digits. */
  readonly sha256: string;
}

/** Which member is asked: by its pod. */
export interface EtcdMember {
  readonly pod: string;
  readonly login: PodLogin;
}

/** Where kubeadm lets a member listen for its clients. */
const port = 2379;
/** A name that kubeadm puts into the certificate of every member. */
const servername = 'localhost';
const path = '/v3/maintenance/snapshot';
/** Pieces have 32 KiB, as they come; in base64, with what is said beside them. */
const lineLimitBytes = 1024 * 1024;
/** A member reads its database from its disk, and may be busy with it. */
const silenceMs = 60_000;
const longestMs = 60 * 60_000;
/** Etcd's own advice for the largest database (etcd, "System limits"). */
const limitBytes = 8 * 1024 ** 3;
/** A snapshot ends with the SHA-256 of what is before it, and its database has whole pages. */
const sumBytes = 32;
const pageBytes = 512;

const lineSchema = z.object({
  result: z.object({ blob: z.string().optional() }).optional(),
  error: z.object({ message: z.string() }).optional(),
});

/**
 * Takes a snapshot of a member that kubeadm runs, as `etcdctl snapshot save` does, through the API server and the member's kubelet: etcd's
 * maintenance API by its JSON gateway (etcd API reference, `Maintenance.Snapshot`). It counts when the sum that etcd puts at its end fits.
 *
 * @param write gets the bytes of the file in their order; what it has got is of no use when this throws
 * @throws ETCD_SNAPSHOT_FAILED, KUBERNETES_UNREACHABLE, KUBERNETES_ANSWER_INVALID, CANCELLED, and what `write` throws
 */
export function takeEtcdSnapshot(
  client: KubernetesClient,
  { pod, login }: EtcdMember,
  write: (bytes: Uint8Array) => Promise<void>,
  cancel: AbortSignal,
): Promise<EtcdSnapshot> {
  const asked = { namespace: 'kube-system', pod, port, servername, path, login, body: '{}' };
  const limits = { idleTimeoutMs: silenceMs, deadlineMs: longestMs, lineLimitBytes };
  return client.streamPod(asked, limits, (lines, status) => readSnapshot(pod, { lines, status }, write), cancel);
}

async function readSnapshot(
  pod: string,
  { lines, status }: { readonly lines: AsyncIterable<string>; readonly status: number },
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<EtcdSnapshot> {
  const refused = (reason: string): SealiftError =>
    new SealiftError('ETCD_SNAPSHOT_FAILED', { values: { reason }, place: `kube-system/${pod}` });
  if (status !== 200) throw refused(`the member answers with HTTP status ${status}`);
  const snapshot = new EtcdSnapshotSum();
  for await (const line of lines) {
    const { result, error } = decode(lineSchema, parsed(line), path);
    if (error !== undefined) throw refused(`the member says: ${error.message.slice(0, 300)}`);
    const bytes = Buffer.from(result?.blob ?? '', 'base64');
    if (!snapshot.add(bytes)) throw refused('it is larger than 8 GiB');
    await write(bytes);
  }
  const taken = snapshot.end();
  if (taken === undefined) throw refused('what arrived is not what the member has');
  return taken;
}

/** Undefined where it is no JSON, which no line of an answer is. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Looks, while its bytes pass, whether a snapshot is whole: pages of a database, and at the end the sum of all before it. */
export class EtcdSnapshotSum {
  readonly #pages: Hash = createHash('sha256');
  readonly #whole: Hash = createHash('sha256');
  #last: Buffer = Buffer.alloc(0);
  #sizeBytes = 0;

  /** @returns false once it is larger than any snapshot of etcd */
  add(bytes: Uint8Array): boolean {
    this.#sizeBytes += bytes.byteLength;
    this.#whole.update(bytes);
    const held = Buffer.concat([this.#last, bytes]);
    const end = Math.max(0, held.length - sumBytes);
    this.#pages.update(held.subarray(0, end));
    this.#last = held.subarray(end);
    return this.#sizeBytes <= limitBytes + sumBytes;
  }

  /** What it is; undefined where it is not whole. */
  end(): EtcdSnapshot | undefined {
    const isWhole = this.#sizeBytes % pageBytes === sumBytes && this.#pages.digest().equals(this.#last);
    return isWhole ? { sizeBytes: this.#sizeBytes, sha256: this.#whole.digest('hex') } : undefined;
  }
}
