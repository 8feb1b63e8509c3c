import { setTimeout as sleep } from 'node:timers/promises';
import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import type { VcenterClient } from '../client/client.ts';
import { localizedFault } from '../client/fault.ts';
import { isOutage } from '../connection/unavailable.ts';
import { all, nothing, only } from '../client/result.ts';
import { retrieveIfThere, retrieveOne } from '../property/retrieve.ts';
import { watch } from '../property/watch.ts';
import { boolean, integer, many, managedObject, optional, raw, record, required, text } from '../xml/decode.ts';
import { element, reference, type XmlNode } from '../xml/encode.ts';
import type { Reference } from '../xml/reference.ts';
import { ensure, type FinishOptions } from './ensure.ts';

/** Where the content of a device goes (`HttpNfcLeaseDeviceUrl`). */
export interface DeviceUrl {
  readonly key: string;
  /** The `deviceId` of the file item that belongs there. */
  readonly importKey: string;
  readonly url: string;
  /** Of the host in the URL, where it is another than vCenter. */
  readonly sslThumbprint: string | undefined;
}

/** A lease that is ready for uploads. */
export interface ReadyLease {
  readonly lease: Reference;
  /** The virtual machine that is being made. */
  readonly entity: Reference;
  readonly deviceUrls: readonly DeviceUrl[];
  readonly timeoutSeconds: number;
}

/** What vCenter received (`HttpNfcLeaseManifestEntry`). */
export interface ReceivedFile {
  readonly key: string;
  /** In lower-case hex, by algorithm; hosts tell one or none. */
  readonly digests: ReadonlyMap<string, string>;
}

const leaseInfo = record({
  entity: required(managedObject),
  deviceUrl: many(
    record({
      key: required(text),
      importKey: required(text),
      url: required(text),
      sslThumbprint: optional(text),
      disk: optional(boolean),
    }),
  ),
  leaseTimeout: required(integer),
});

/** vCenter takes minutes to place a machine on a busy cluster, not more. */
const readyTimeoutMs = 10 * 60_000;

/** Starts an import (`ResourcePool.ImportVApp`). @returns the lease, not ready yet */
export async function startImport(
  client: VcenterClient,
  pool: Reference,
  spec: XmlNode,
  folder: Reference,
  cancel?: AbortSignal,
): Promise<Reference> {
  return await client.call({
    method: 'ImportVApp',
    on: pool,
    args: [spec, reference('folder', folder)],
    result: only(managedObject),
    cancel,
  });
}

/**
 * Waits until a lease is ready.
 *
 * @throws what the import failed with, as VSPHERE_… by the type of the fault; VSPHERE_LEASE_LOST, VSPHERE_TIMEOUT, CANCELLED
 */
export async function waitForLease(client: VcenterClient, lease: Reference, cancel?: AbortSignal): Promise<ReadyLease> {
  const fields = { state: required(text), info: optional(leaseInfo), error: optional(raw) };
  const deadline = AbortSignal.timeout(readyTimeoutMs);
  const either = cancel === undefined ? deadline : AbortSignal.any([cancel, deadline]);
  try {
    for await (const { state, info, error } of watch(client, lease, fields, either)) {
      if (error !== undefined) throw localizedFault(error, `${client.url.origin} ImportVApp`);
      if (state === 'ready' && info !== undefined) {
        const { entity, deviceUrl, leaseTimeout } = info;
        return { lease, entity, deviceUrls: deviceUrl, timeoutSeconds: leaseTimeout };
      }
      if (state !== 'initializing' && state !== 'ready') throw lost(`the lease is in state ${state}`);
    }
  } catch (error) {
    if (deadline.aborted && cancel?.aborted !== true) {
      const values = { what: 'the placing of the new machine', seconds: readyTimeoutMs / 1000 };
      throw new SealiftError('VSPHERE_TIMEOUT', { values, cause: error });
    }
    throw error;
  }
  throw lost('the lease is gone');
}

/** Why a lease is no longer ready; undefined while it is. */
export async function leaseFailure(client: VcenterClient, lease: Reference): Promise<SealiftError | undefined> {
  try {
    const fields = { state: required(text), error: optional(raw) };
    const { state, error } = await retrieveOne(client, lease, fields);
    if (error !== undefined) return localizedFault(error, `${client.url.origin} ImportVApp`);
    return state === 'ready' ? undefined : lost(`the lease is in state ${state}`);
  } catch (error) {
    if (isSealiftError(error, 'VSPHERE_OBJECT_GONE')) return lost('the lease is gone');
    return undefined;
  }
}

/**
 * Renews a lease by telling its progress, at once and then every few seconds, until it is stopped. A lease that is lost stops
 * the uploads through `onLost`; other failures are tried again, as long as the lease lasts.
 */
export async function keepLease(
  client: VcenterClient,
  { lease, timeoutSeconds }: ReadyLease,
  options: {
    readonly percent: () => number;
    readonly onLost: (error: SealiftError) => void;
    readonly stop: AbortSignal;
  },
): Promise<void> {
  const everyMs = renewalSeconds(timeoutSeconds) * 1000;
  let renewedAt = Date.now();
  while (!options.stop.aborted) {
    try {
      await client.call({
        method: 'HttpNfcLeaseProgress',
        on: lease,
        args: [element('percent', Math.max(0, Math.min(99, Math.floor(options.percent()))))],
        result: nothing,
        repeatable: true,
        timeoutMs: 15_000,
        cancel: options.stop,
      });
      renewedAt = Date.now();
    } catch (error) {
      if (options.stop.aborted) return;
      const expired = Date.now() - renewedAt > timeoutSeconds * 1000;
      const passing = isOutage(error) && !expired;
      if (!passing) return options.onLost(asLost(error));
    }
    await sleep(everyMs, undefined, { signal: options.stop }).catch(() => undefined);
  }
}

/** An expired lease removes the machine: several attempts have to fit into its time, and 10 s are what hosts expect. */
export function renewalSeconds(timeoutSeconds: number): number {
  return Math.min(5, Math.max(1, timeoutSeconds / 6));
}

/** Ends an import: the machine is whole and stays. */
export async function completeLease(
  client: VcenterClient,
  lease: Reference,
  options: FinishOptions = {},
): Promise<void> {
  const { cancel } = options;
  // A lease that is gone was completed, or went with a vCenter that restarted; whether the machine is there shows when it is finished.
  const isDone = async (): Promise<boolean> => {
    const found = await retrieveIfThere(client, lease, { state: required(text), error: optional(raw) }, cancel);
    if (found?.error !== undefined) throw localizedFault(found.error, `${client.url.origin} ImportVApp`);
    return found === undefined || found.state === 'done';
  };
  await ensure(isDone, options, async () => {
    await client.call({ method: 'HttpNfcLeaseComplete', on: lease, result: nothing, cancel });
  });
}

/** Gives an import up; vCenter then removes the machine. Never fails: a lease that nobody renews ends by itself. */
export async function abortLease(client: VcenterClient, lease: Reference): Promise<void> {
  const cancel = AbortSignal.timeout(30_000);
  await client.call({ method: 'HttpNfcLeaseAbort', on: lease, result: nothing, cancel }).catch(() => undefined);
}

/**
 * Asks vCenter to tell what it receives as SHA-256 (`HttpNfcLeaseSetManifestChecksumType`, since vSphere 6.7): else it is SHA-1, which
 * is not computed on our side unless the image's own manifest uses it. Before the first byte is sent.
 */
export async function askForSha256(client: VcenterClient, { lease, deviceUrls }: ReadyLease, cancel?: AbortSignal) {
  const args = deviceUrls.map(({ key }) =>
    element('deviceUrlsToChecksumTypes', [element('key', key), element('value', 'sha256')]),
  );
  const ask = { method: 'HttpNfcLeaseSetManifestChecksumType', on: lease, args, result: nothing, cancel };
  await client.call({ ...ask, repeatable: true }).catch((error: unknown) => {
    if (!isSealiftError(error, 'VSPHERE_FAULT')) throw error;
  });
}

/** What vCenter received of each device; empty where the server does not tell. */
export async function leaseManifest(
  client: VcenterClient,
  lease: Reference,
  cancel?: AbortSignal,
): Promise<readonly ReceivedFile[]> {
  const entry = record({
    key: required(text),
    sha1: optional(text),
    checksum: optional(text),
    checksumType: optional(text),
  });
  const get = { method: 'HttpNfcLeaseGetManifest', on: lease, result: all(entry), repeatable: true, cancel };
  const entries = await client.call(get).catch((error: unknown) => {
    // Hosts need not offer it (`NotSupported`), and what was sent is checked on our side in any case.
    if (isSealiftError(error, 'VSPHERE_FAULT')) return [];
    throw error;
  });
  return entries.map(({ key, sha1 = '', checksum = '', checksumType = '' }) => {
    const told = [['sha1', sha1] as const, [checksumType.toLowerCase(), checksum] as const];
    return { key, digests: new Map(told.flatMap(([name, hex]) => (hex === '' ? [] : [[name, hex.toLowerCase()]]))) };
  });
}

function asLost(error: unknown): SealiftError {
  const reason = reasonOf(error);
  return new SealiftError('VSPHERE_LEASE_LOST', { values: { reason }, cause: error });
}

function lost(reason: string): SealiftError {
  return new SealiftError('VSPHERE_LEASE_LOST', { values: { reason } });
}
