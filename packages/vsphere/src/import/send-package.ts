import { SealiftError } from '@sealift/core/errors';
import type { VcenterClient } from '../client/client.ts';
import type { TrustOptions } from '../connection/trust.ts';
import { invalidOva } from '../ovf/invalid-ova.ts';
import type { OvfPackage, PackageFile, PackageIdentity } from '../ovf/package.ts';
import type { FileItem } from './import-spec.ts';
import { askForSha256, type DeviceUrl, keepLease, leaseFailure, leaseManifest, type ReadyLease } from './lease.ts';
import { uploadFile } from './upload-disk.ts';

export interface SendOptions extends Pick<TrustOptions, 'caFile' | 'ca'> {
  readonly cancel?: AbortSignal | undefined;
  /** SHA-256 that the OVA has to have, in hex. */
  readonly expectedSha256?: string | undefined;
  readonly onProgress?: ((sentBytes: number, totalBytes: number) => void) | undefined;
  readonly retryDelaysMs?: readonly number[] | undefined;
}

const uploadsAtATime = 3;

/**
 * Sends the files of a package to their devices and keeps the lease meanwhile; where the package allows it several at a time.
 * Returns when everything was sent, was what the manifest says, and was received so, as far as vCenter tells.
 *
 * @throws OVA_DIGEST_MISMATCH, OVA_OTHER, OVA_INVALID, VSPHERE_UPLOAD_FAILED, VSPHERE_RECEIVED_OTHER, VSPHERE_LEASE_LOST, …
 */
export async function sendPackage(
  client: VcenterClient,
  ovf: OvfPackage,
  items: readonly FileItem[],
  ready: ReadyLease,
  options: SendOptions,
): Promise<PackageIdentity> {
  const stop = new AbortController();
  const cancel = options.cancel === undefined ? stop.signal : AbortSignal.any([options.cancel, stop.signal]);
  const sent = new Map<string, number>();
  const total = ovf.totalBytes ?? 0;
  const sum = (): number => [...sent.values()].reduce((bytes, size) => bytes + size, 0);
  let failure: SealiftError | undefined;
  const done = new AbortController();
  const keeping = keepLease(client, ready, {
    percent: () => (total === 0 ? 0 : (100 * sum()) / total),
    stop: done.signal,
    onLost: (error) => {
      failure ??= error;
      stop.abort();
    },
  });
  const sending: Sending = { client, ovf, items, ready, options, cancel };
  try {
    const onBytes = (name: string) => (bytes: number) => {
      sent.set(name, bytes);
      // Without a total there is no share of it: it would be the whole from the first byte on.
      options.onProgress?.(sum(), total === 0 ? 0 : Math.max(total, sum()));
    };
    await askForSha256(client, ready, cancel);
    const uploads = await sendAll(sending, onBytes, stop);
    const identity = await ovf.finish();
    const { expectedSha256 } = options;
    if (expectedSha256 !== undefined && identity.ova !== undefined && identity.ova !== expectedSha256) {
      const values = { expected: expectedSha256, actual: identity.ova };
      throw new SealiftError('OVA_OTHER', { values, place: ovf.place });
    }
    await compareReceived(sending, uploads);
    return identity;
  } catch (error) {
    // What the lease failed with says more than the uploads that were stopped for it.
    if (failure === undefined || options.cancel?.aborted === true) throw error;
    throw (await leaseFailure(client, ready.lease)) ?? failure;
  } finally {
    stop.abort();
    done.abort();
    await keeping;
  }
}

interface Sending {
  readonly client: VcenterClient;
  readonly ovf: OvfPackage;
  readonly items: readonly FileItem[];
  readonly ready: ReadyLease;
  readonly options: SendOptions;
  readonly cancel: AbortSignal;
}

interface Upload {
  readonly file: PackageFile;
  readonly device: DeviceUrl;
}

async function sendAll(
  sending: Sending,
  onBytes: (name: string) => (bytes: number) => void,
  stop: AbortController,
): Promise<readonly Upload[]> {
  const { client, ovf, ready, options, cancel } = sending;
  const running = new Set<Promise<void>>();
  const uploads: Upload[] = [];
  let failed: { readonly error: unknown } | undefined;
  for await (const file of ovf.files()) {
    const targets = sending.items.filter(({ path }) => path === file.name);
    if (targets.length === 0) {
      // Nothing in the machine uses it; it is read, because the digests cover it.
      for await (const _ of file.open());
      continue;
    }
    for (const item of targets) {
      const device = ready.deviceUrls.find(({ importKey }) => importKey === item.deviceId);
      if (device === undefined) throw invalidOva(ovf.place, `vCenter names no place for ${file.name}`);
      const upload = uploadFile(client, device, item, file, {
        caFile: options.caFile,
        ca: options.ca,
        cancel,
        onBytes: onBytes(item.deviceId),
        failure: () => leaseFailure(client, ready.lease),
        ...(options.retryDelaysMs === undefined ? {} : { retryDelaysMs: options.retryDelaysMs }),
      });
      const settled = upload
        .catch((error: unknown) => {
          failed ??= { error };
          // One failure ends all: the machine is given up.
          stop.abort();
        })
        .finally(() => running.delete(settled));
      running.add(settled);
      uploads.push({ file, device });
      while (running.size >= (ovf.concurrent ? uploadsAtATime : 1)) await Promise.race(running);
      if (failed !== undefined) break;
    }
    if (failed !== undefined) break;
  }
  await Promise.all(running);
  if (failed !== undefined) throw failed.error;
  const missing = sending.items.find((item) => !uploads.some(({ file }) => file.name === item.path));
  if (missing !== undefined) throw invalidOva(ovf.place, `it does not hold ${missing.path}, which vCenter asks for`);
  return uploads;
}

const comparable = [
  ['sha256', 'SHA-256'],
  ['sha1', 'SHA-1'],
] as const;

async function compareReceived({ client, ready, cancel }: Sending, uploads: readonly Upload[]): Promise<void> {
  const received = await leaseManifest(client, ready.lease, cancel);
  for (const { file, device } of uploads) {
    // Sizes are those of the disk on the datastore, which is stored in another form; digests are of what was sent.
    const told = received.find(({ key }) => key === device.key)?.digests;
    for (const [algorithm, label] of comparable) {
      const [found, sent] = [told?.get(algorithm), file.digest(algorithm)];
      if (found === undefined || sent === undefined || found === sent) continue;
      const values = { file: file.name, found: `${label} ${found}`, sent: `${label} ${sent}` };
      throw new SealiftError('VSPHERE_RECEIVED_OTHER', { values });
    }
  }
}
