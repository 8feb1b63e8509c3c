import { SealiftError } from '@sealift/core/errors';
import type { Agents } from '@sealift/io/http/agents';
import { Attempts } from '@sealift/io/retry';
import type { VcenterClient } from '../client/client.ts';
import { bodyOf, exchange, placeOf } from '../connection/exchange.ts';
import { esxiHost, type Server, vcenterServer } from '../connection/server.ts';
import { agentsFor, establishTrust, type TrustOptions, trustNamed } from '../connection/trust.ts';
import { askedPauseMs, isOutage, unavailable } from '../connection/unavailable.ts';
import type { PackageFile } from '../ovf/package.ts';
import type { FileItem } from './import-spec.ts';
import type { DeviceUrl } from './lease.ts';

export interface UploadOptions extends Pick<TrustOptions, 'caFile' | 'ca'> {
  readonly cancel: AbortSignal;
  /** Bytes handed to the network since the file's start; falls back to 0 when it begins anew. */
  readonly onBytes: (sentBytes: number) => void;
  /** Why the import as a whole has ended, if it has: then nothing is tried again. */
  readonly failure: () => Promise<SealiftError | undefined>;
  /** Waits between attempts after a cut, in milliseconds. */
  readonly retryDelaysMs?: readonly number[];
}

const defaultDelaysMs = [1000, 2000, 5000, 10_000] as const;
const idleTimeoutMs = 120_000;
/** After the last byte a host may still be writing. */
const answerTimeoutMs = 600_000;
const wordsLimitBytes = 16 * 1024;

/**
 * Sends a file to the URL of its device. A cut line begins the file anew, as the endpoint has no way to go on.
 *
 * @throws VSPHERE_UPLOAD_FAILED, VSPHERE_UNAVAILABLE, VSPHERE_UNREACHABLE, VSPHERE_CERTIFICATE_UNTRUSTED, CANCELLED, what the lease failed with, and
 *   what reading the file fails with
 */
export async function uploadFile(
  client: VcenterClient,
  device: DeviceUrl,
  item: FileItem,
  file: PackageFile,
  options: UploadOptions,
): Promise<void> {
  const url = deviceUrl(device, client.url);
  const server = url.host === client.url.host ? vcenterServer : esxiHost(url);
  const agents = await agentsTo(client, url, device, server, options);
  const attempts = new Attempts({
    passes: isOutage,
    askedMs: askedPauseMs,
    delaysMs: options.retryDelaysMs ?? defaultDelaysMs,
    cancel: options.cancel,
    cancelled: () => new SealiftError('CANCELLED', { place: placeOf(url) }),
  });
  try {
    for (;;) {
      try {
        return await send({ agents, url, server }, item, file, options);
      } catch (error) {
        const failure = options.cancel.aborted ? undefined : await options.failure();
        if (failure !== undefined) throw failure;
        await attempts.pauseAfter(error);
      }
    }
  } finally {
    agents.close();
  }
}

interface Target {
  readonly agents: Agents;
  readonly url: URL;
  readonly server: Server;
}

async function send(
  { agents, url, server }: Target,
  item: FileItem,
  file: PackageFile,
  { cancel, onBytes }: UploadOptions,
): Promise<void> {
  let sent = 0;
  const wanted = {
    // Disks are written into by POST; other files are put, as vSphere's own tools do.
    method: item.create ? 'PUT' : 'POST',
    url,
    headers: item.create ? { overwrite: 't' } : { 'content-type': 'application/x-vnd.vmware-streamVmdk' },
    body: { size: file.sizeBytes, open: () => counted(file.open(), onBytes, (bytes) => (sent = bytes)) },
    idleTimeoutMs,
    answerTimeoutMs,
    repeatable: false,
    cancel,
  } as const;
  const answer = await exchange(agents, wanted, server);
  const status = answer.statusCode ?? 0;
  const place = placeOf(url);
  let words = '';
  for await (const chunk of bodyOf(answer, {
    limitBytes: wordsLimitBytes,
    idleTimeoutMs,
    deadlineMs: answerTimeoutMs,
    place,
    server,
    cancel,
  })) {
    words += Buffer.from(chunk).toString('utf8');
  }
  if (status >= 200 && status < 300) return onBytes(sent);
  const passing = unavailable(answer, server, place);
  if (passing !== undefined) throw passing;
  const reason = `HTTP status ${status} ${words
    .replaceAll(/<[^>]*>|\p{C}+|\s+/gu, ' ')
    .trim()
    .slice(0, 300)}`.trim();
  throw new SealiftError('VSPHERE_UPLOAD_FAILED', { values: { file: file.name, reason }, place });
}

/** Counts what has left: when the chunk after the next is asked for, as the exchange says. What is asked for only waits, maybe for a connection. */
async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (sentBytes: number) => void,
  onEnd: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let sent = 0;
  let underWay = 0;
  onBytes(0);
  for await (const chunk of chunks) {
    yield chunk;
    sent += underWay;
    underWay = chunk.byteLength;
    onBytes(sent);
  }
  onEnd(sent + underWay);
}

/** A `*` as host stands for the server that was connected to (vSphere Web Services API, `HttpNfcLeaseDeviceUrl.url`). */
function deviceUrl(device: DeviceUrl, vcenter: URL): URL {
  const text = device.url.replace(/^(https?:\/\/)\*(:\d+)?(?=\/)/, (_all, scheme: string, port: string | undefined) =>
    port === undefined ? `${scheme}${vcenter.host}` : `${scheme}${vcenter.hostname}${port}`,
  );
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && vcenter.protocol === 'http:');
  if (url === undefined || !secure) {
    throw new SealiftError('VSPHERE_ANSWER_INVALID', {
      values: { reason: 'the lease names a place for uploads that is not HTTPS' },
      place: vcenter.origin,
    });
  }
  return url;
}

async function agentsTo(
  client: VcenterClient,
  url: URL,
  device: DeviceUrl,
  server: Server,
  { caFile, ca }: Pick<TrustOptions, 'caFile' | 'ca'>,
): Promise<Agents> {
  const pool = { keepAlive: false, connections: 1 };
  if (url.protocol === 'http:') return agentsFor(undefined, client.env, pool);
  const named = device.sslThumbprint ?? '';
  const own = url.host === client.url.host ? client.verification : undefined;
  const verification =
    named === ''
      ? (own ?? (await establishTrust(url, { caFile, ca }, client.env)))
      : await trustNamed(url, named, client.env, server);
  return agentsFor(verification, client.env, pool);
}
