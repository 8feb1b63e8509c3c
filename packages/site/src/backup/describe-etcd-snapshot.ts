import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { EtcdSnapshotReference } from '@sealift/core/backup';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { hasCode } from '@sealift/io/file-errors';
import { EtcdSnapshotSum } from '@sealift/kubernetes/etcd-snapshot';

/**
 * Reads a snapshot of etcd from its first byte to its last.
 *
 * @returns where it is and what it is, so that it can be told from any other
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_INVALID where it is no snapshot or not whole, CANCELLED
 */
export async function describeEtcdSnapshot(file: string, cancel: AbortSignal): Promise<EtcdSnapshotReference> {
  const path = resolve(file);
  const sum = new EtcdSnapshotSum();
  try {
    await using opened = await open(path, 'r');
    for await (const chunk of opened.createReadStream({ autoClose: false, signal: cancel, highWaterMark: 2 ** 20 })) {
      if (!sum.add(chunk as Buffer)) break;
    }
  } catch (error) {
    if (cancel.aborted) throw new SealiftError('CANCELLED', { cause: error });
    if (hasCode(error, 'ENOENT'))
      throw new SealiftError('FILE_NOT_FOUND', { values: { path }, place: path, cause: error });
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: reasonOf(error) }, place: path, cause: error });
  }
  const found = sum.end();
  if (found !== undefined) return { path, ...found };
  const reason = 'it does not end with the SHA-256 of what is before it, as a whole one does';
  const hint = 'Take one with `sealift cluster snapshot-etcd`, or with `etcdctl snapshot save`.';
  throw new SealiftError('INPUT_INVALID', { values: { what: 'the etcd snapshot', reason }, place: path, hint });
}
