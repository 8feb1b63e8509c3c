import { randomBytes, randomUUID } from 'node:crypto';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { S3Client } from './client.ts';
import { giveUpOldUploads, listObjects, removeObject } from './list.ts';
import { openObject } from './read.ts';
import { upload } from './upload.ts';

/** What is tried of a store, in this order. */
export const tried = [
  'write',
  'never overwrite',
  'list',
  'read',
  'write in parts',
  'list unfinished uploads',
  'remove',
] as const;

/** Stores take no smaller parts but the last one. */
const smallestPartBytes = 5 * 1024 * 1024;
const removeTimeoutMs = 30_000;

/**
 * Does with a store all that backups need of it, with two objects that are removed again.
 *
 * @throws S3_OVERWRITES, S3_…, CANCELLED
 */
export async function tryStore(client: S3Client, cancel?: AbortSignal): Promise<void> {
  const names = [1, 2].map(() => `sealift-trial-${randomUUID()}`);
  const [small = '', large = ''] = names;
  try {
    const bytes = randomBytes(1024);
    await upload(client, small, sourceOf(bytes), { cancel });
    await refuseOverwriting(client, small, bytes, cancel);
    const listed = await listObjects(client, cancel);
    const isListed = listed.some(({ name, sizeBytes }) => name === small && sizeBytes === bytes.length);
    if (!isListed) throw invalid(client, 'it does not list what was written');
    if (!(await read(client, small, cancel)).equals(bytes))
      throw invalid(client, 'it gives back other bytes than were written');
    await upload(client, large, sourceOf(randomBytes(smallestPartBytes + 1)), { partBytes: smallestPartBytes, cancel });
    await giveUpOldUploads(client, new Date(0), cancel);
  } catch (error) {
    // Why it failed is what is told.
    await removeAll(client, names, AbortSignal.timeout(removeTimeoutMs)).catch(() => undefined);
    throw error;
  }
  await removeAll(client, names, cancel);
}

async function removeAll(client: S3Client, names: readonly string[], cancel: AbortSignal | undefined): Promise<void> {
  for (const name of names) await removeObject(client, name, cancel);
}

async function refuseOverwriting(
  client: S3Client,
  name: string,
  bytes: Buffer,
  cancel: AbortSignal | undefined,
): Promise<void> {
  try {
    await upload(client, name, sourceOf(bytes), { cancel });
  } catch (error) {
    if (isSealiftError(error, 'S3_OBJECT_EXISTS')) return;
    throw error;
  }
  throw new SealiftError('S3_OVERWRITES', { values: { endpoint: client.settings.endpoint } });
}

async function read(client: S3Client, name: string, cancel: AbortSignal | undefined): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const some of (await openObject(client, name, cancel)).bytes) parts.push(some);
  return Buffer.concat(parts);
}

function sourceOf(bytes: Buffer) {
  return {
    sizeBytes: bytes.length,
    read: async (offset: number, length: number) => bytes.subarray(offset, offset + length),
  };
}

function invalid({ settings: { endpoint } }: S3Client, reason: string): SealiftError {
  return new SealiftError('S3_ANSWER_INVALID', { values: { endpoint, reason } });
}
