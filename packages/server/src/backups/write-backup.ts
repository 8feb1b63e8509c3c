import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import { backupFormat, type BackupHeader, type BackupRecord, type TableDigest } from '@sealift/core/backup';
import { PendingFile } from '@sealift/io/pending-file';
import { sealStream } from '@sealift/io/sealed-stream';
import type { SecretKey } from '../site/secret-key.ts';
import { keyOfFile } from './file-key.ts';

/** A backup as it lies in its file. */
export interface WrittenFile {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Everything but the end, which is counted here. */
export type CollectedRecords = AsyncIterable<Exclude<BackupRecord, { record: 'end' }> | TableEnd>;
/** After the last row of a table: what was seen of it, in the place where it was read. */
export interface TableEnd {
  readonly record: 'table-end';
  readonly table: TableDigest;
}

/** The head of a new file. */
export function newHeader(id: string, key: SecretKey): BackupHeader {
  const salt = randomBytes(32).toString('hex');
  return {
    kind: 'sealift-backup',
    format: backupFormat,
    id,
    createdAt: new Date().toISOString(),
    keyId: key.id,
    salt,
  };
}

/**
 * Writes a backup as a stream: lines, compressed, sealed in chunks. The file has its name only when it is whole and on the disk, and is readable by
 * its owner alone, for it holds what accounts sign in with.
 *
 * @throws FILE_UNWRITABLE, CANCELLED, and what the records are collected with throws
 */
export async function writeBackup(
  { folder, path }: { readonly folder: string; readonly path: string },
  header: BackupHeader,
  records: CollectedRecords,
  key: SecretKey,
  cancel: AbortSignal,
): Promise<WrittenFile> {
  await using file = await PendingFile.create(folder, { mode: 0o600, shownAs: path });
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const put = async (chunk: Uint8Array): Promise<void> => {
    hash.update(chunk);
    sizeBytes += chunk.length;
    await file.write(chunk);
  };
  const head = `${JSON.stringify(header)}\n`;
  await put(Buffer.from(head));
  await pipeline(
    Readable.from(linesOf(records)),
    createZstdCompress({ chunkSize: 1024 * 1024 }),
    (zipped: AsyncIterable<Uint8Array>) => sealStream(zipped, keyOfFile(key, header, head)),
    async (sealed: AsyncIterable<Uint8Array>) => {
      for await (const chunk of sealed) await put(chunk);
    },
    { signal: cancel },
  );
  await file.commit(path);
  return { sha256: hash.digest('hex'), sizeBytes };
}

async function* linesOf(collected: CollectedRecords): AsyncGenerator<string> {
  const tables: TableDigest[] = [];
  let objects = 0;
  let records = 0;
  for await (const one of collected) {
    if (one.record === 'table-end') {
      tables.push(one.table);
      continue;
    }
    if (one.record === 'object') objects += 1;
    records += 1;
    yield lineOf(one);
  }
  yield lineOf({ record: 'end', tables, objects, records });
}

function lineOf(record: BackupRecord): string {
  return `${JSON.stringify(record)}\n`;
}
