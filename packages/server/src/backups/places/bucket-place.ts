import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { fileWork } from '@sealift/io/file-errors';
import { unfinishedPath } from '@sealift/io/unfinished';
import { writeAll } from '@sealift/io/write-all';
import { S3Client } from '@sealift/s3/client';
import { giveUpOldUploads, listObjects, removeObject } from '@sealift/s3/list';
import { type OpenObject, openObject } from '@sealift/s3/read';
import { addressOf, type S3Settings } from '@sealift/s3/settings';
import { upload } from '@sealift/s3/upload';
import { prepareFolder } from './folder-place.ts';
import type { BackupPlace, LocalCopy, StoredFile } from './place.ts';

/** Longer than any upload takes from its first part to its last. */
const oldestUploadMs = 24 * 60 * 60 * 1000;
const lookTimeoutMs = 8000;
const removeTimeoutMs = 60_000;

/**
 * A bucket. A backup is written on this machine first and read back into a file here: a transaction of the database never waits for a store, and a
 * part that has to be sent again is read again.
 *
 * @param folder of the console, which has room for one backup
 */
export function bucketPlace(settings: S3Settings, folder: string): BackupPlace {
  const client = new S3Client(settings);
  const remove = (reference: string): Promise<void> =>
    removeObject(client, reference, AbortSignal.timeout(removeTimeoutMs));
  return {
    address: addressOf(settings),
    async prepare(cancel) {
      await prepareFolder(folder);
      await giveUpOldUploads(client, new Date(Date.now() - oldestUploadMs), cancel);
    },
    draftOf: () => unfinishedPath(folder),
    async keep(reference, draft, cancel) {
      try {
        await uploadFile(client, reference, draft, cancel);
      } catch (error) {
        // An answer that was lost may have told that it is there; what another one wrote stays.
        if (!isSealiftError(error, 'S3_OBJECT_EXISTS')) await remove(reference).catch(() => undefined);
        throw error;
      } finally {
        await rm(draft, { force: true });
      }
    },
    async open(reference, cancel) {
      const opened = await openObject(client, reference, cancel);
      return Readable.from(opened.bytes, { objectMode: false }).once('close', () => opened.close());
    },
    copyOf: (file, cancel) => copyInto(folder, file, () => openObject(client, file.reference, cancel)),
    async sizesOf() {
      // People wait for it.
      const looking = new S3Client(settings, { delaysMs: [] });
      const listed = await listObjects(looking, AbortSignal.timeout(lookTimeoutMs));
      return new Map(listed.map(({ name, sizeBytes }) => [name, sizeBytes]));
    },
    remove,
  };
}

async function uploadFile(client: S3Client, name: string, path: string, cancel: AbortSignal): Promise<void> {
  await using file = await open(path, 'r');
  const { size: sizeBytes } = await file.stat();
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const part = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const { bytesRead } = await file.read(part, at, length - at, offset + at);
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was sent`);
      at += bytesRead;
    }
    return part;
  };
  await upload(client, name, { sizeBytes, read }, { cancel });
}

/** @throws BACKUP_DAMAGED where it is not what was stored, or longer */
async function copyInto(
  folder: string,
  { reference, sha256, sizeBytes }: StoredFile,
  openBytes: () => Promise<OpenObject>,
): Promise<LocalCopy> {
  const damaged = (reason: string): SealiftError =>
    new SealiftError('BACKUP_DAMAGED', { values: { reference, reason } });
  const path = unfinishedPath(folder);
  const dispose = (): Promise<void> => rm(path, { force: true });
  const hash = createHash('sha256');
  let got = 0;
  try {
    await fileWork(folder, async () => {
      await using file = await open(path, 'wx', 0o600);
      const { bytes } = await openBytes();
      for await (const some of bytes) {
        got += some.byteLength;
        if (got > sizeBytes) throw damaged(`it is longer than the ${sizeBytes} bytes that were stored`);
        hash.update(some);
        await writeAll(file, some);
      }
    });
    if (got < sizeBytes) throw damaged(`it ends after ${got} of ${sizeBytes} bytes`);
    if (hash.digest('hex') !== sha256) throw damaged('it is not what was stored');
  } catch (error) {
    await dispose();
    throw error;
  }
  return { path, [Symbol.asyncDispose]: dispose };
}
