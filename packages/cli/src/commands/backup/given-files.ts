import { existsSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { fileWork } from '@sealift/io/file-errors';
import { writeAll } from '@sealift/io/write-all';
import type { BackupFile } from '@sealift/server/backup-files';
import type { CliContext } from '../../context.ts';
import { type S3Options, storeOf } from './s3-options.ts';

/** A backup that was named, and the key that it is sealed with. */
export interface GivenFile extends BackupFile, AsyncDisposable {}

/**
 * The backup and its key as they were named; one of a store is fetched into a file that is removed when this is disposed of.
 *
 * @throws FILE_NOT_FOUND before a store is opened for nothing, USAGE, S3_*, FILE_UNWRITABLE, CANCELLED
 */
export async function givenFiles(
  path: string,
  { secretKeyFile, ...options }: S3Options & { readonly secretKeyFile: string },
  context: CliContext,
): Promise<GivenFile> {
  if (path.startsWith('s3://')) return { ...(await fetched(path, options, context)), secretKeyFile };
  if (!existsSync(path)) throw new SealiftError('FILE_NOT_FOUND', { values: { path } });
  return { path, secretKeyFile, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function fetched(
  address: string,
  options: S3Options,
  context: CliContext,
): Promise<AsyncDisposable & { path: string }> {
  const { settings, name } = await storeOf(address, options, context);
  // Loaded where it is needed: most commands need no store.
  const { S3Client } = await import('@sealift/s3/client');
  const { openObject } = await import('@sealift/s3/read');
  const client = new S3Client(settings, { env: context.env });
  const folder = await mkdtemp(join(tmpdir(), 'sealift-backup-'));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, name);
    await fileWork(path, async () => {
      await using file = await open(path, 'wx', 0o600);
      const { bytes } = await openObject(client, name, context.cancel);
      for await (const some of bytes) await writeAll(file, some);
    });
    return { path, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Whether it is to be done, or only tried. @throws USAGE where neither or both are said: nobody does it by leaving out a word */
export function askedToApply({ dryRun, apply }: { readonly dryRun?: true; readonly apply?: true }): boolean {
  if ((dryRun === true) !== (apply === true)) return apply === true;
  throw new SealiftError('USAGE', { values: { reason: 'give either --dry-run or --apply' } });
}
