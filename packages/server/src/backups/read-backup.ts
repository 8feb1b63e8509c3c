import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import {
  backupFormat,
  type BackupContents,
  type BackupHeader,
  backupHeaderSchema,
  type BackupRecord,
  type BackupRecordOf,
  backupRecordSchema,
  longestBackupHeader,
  type TableDigest,
} from '@sealift/core/backup';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { openSealedStream, SealedStreamDamaged } from '@sealift/io/sealed-stream';
import { z } from 'zod';
import type { SecretKey } from '../site/secret-key.ts';
import { keyOfFile } from './file-key.ts';
import { linesIn } from './lines.ts';
import { RowDigest } from './rows.ts';

/** What is read, and how people call it. */
export interface BackupSource {
  readonly reference: string;
  /** Its bytes, from the first one; asked once. */
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly key: SecretKey;
  /** Where that key is, for people. */
  readonly keyPath: string;
}

/** Told of every row and object, in their order; nothing of a chunk that is not proven comes here. */
export type OnRecord = (record: BackupRecordOf<'row' | 'object' | 'template' | 'definition'>) => Promise<void>;

const nothing: OnRecord = () => Promise.resolve();

/**
 * Reads a backup from its first byte to its last, and checks every one: that it is what was sealed, in its order, to the end, and holds what its end says.
 *
 * @throws BACKUP_DAMAGED, BACKUP_KEY_OTHER, RECORD_FORMAT_OTHER, and what reading and `onRecord` throw
 */
export async function readBackup(source: BackupSource, onRecord: OnRecord = nothing): Promise<BackupContents> {
  const damaged = (reason: string, cause?: unknown): SealiftError =>
    new SealiftError('BACKUP_DAMAGED', { values: { reference: source.reference, reason }, cause });
  try {
    const { head, rest } = await splitHead(source.bytes, damaged);
    const header = readHeader(head, source, damaged);
    const sealed = openSealedStream(rest, keyOfFile(source.key, header, head));
    return { header, ...(await readRecords(unzipped(sealed), onRecord, damaged)) };
  } catch (error) {
    if (error instanceof SealedStreamDamaged) throw damaged(error.message, error);
    throw error;
  }
}

async function splitHead(
  bytes: AsyncIterable<Uint8Array>,
  damaged: (reason: string) => SealiftError,
): Promise<{ head: string; rest: AsyncGenerator<Uint8Array> }> {
  const source = bytes[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  let end = -1;
  while (end === -1) {
    const { value, done } = await source.next();
    if (done === true) throw damaged('it ends in its first line');
    held = Buffer.concat([held, value]);
    end = held.indexOf(0x0a);
    if (end > longestBackupHeader || (end === -1 && held.length > longestBackupHeader)) {
      await source.return?.();
      throw damaged('it does not begin as a backup does');
    }
  }
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield held.subarray(end + 1);
      for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
    } finally {
      await source.return?.();
    }
  };
  return { head: held.subarray(0, end + 1).toString('utf8'), rest: rest() };
}

const anyFormat = z.object({ kind: z.literal('sealift-backup'), format: z.int() });

function readHeader(head: string, source: BackupSource, damaged: (reason: string) => SealiftError): BackupHeader {
  let value: unknown;
  try {
    value = JSON.parse(head);
  } catch {
    throw damaged('it does not begin as a backup does');
  }
  const found = anyFormat.safeParse(value).data?.format;
  if (found !== undefined && found !== backupFormat) {
    const values = { what: `the backup ${source.reference}`, found, format: backupFormat };
    throw new SealiftError('RECORD_FORMAT_OTHER', { values });
  }
  const header = backupHeaderSchema.safeParse(value);
  if (!header.success)
    throw damaged(`its first line is not of its format: ${z.prettifyError(header.error).slice(0, 200)}`);
  const { keyId: sealedWith } = header.data;
  const { key, keyPath: path, reference } = source;
  if (sealedWith !== key.id) {
    throw new SealiftError('BACKUP_KEY_OTHER', { values: { reference, sealedWith, path, keyId: key.id } });
  }
  return header.data;
}

async function* unzipped(sealed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const zip = createZstdDecompress({ chunkSize: 1024 * 1024 });
  const ended = pipeline(Readable.from(sealed), zip);
  // What it fails with is thrown by the reading.
  ended.catch(() => undefined);
  yield* zip;
  await ended;
}

async function readRecords(
  bytes: AsyncIterable<Uint8Array>,
  onRecord: OnRecord,
  damaged: (reason: string, cause?: unknown) => SealiftError,
): Promise<Omit<BackupContents, 'header'>> {
  const tables = new TableSeen();
  const omitted: { what: string; why: string }[] = [];
  let begin: BackupRecordOf<'begin'> | undefined;
  let end: BackupRecordOf<'end'> | undefined;
  let records = 0;
  let objects = 0;
  for await (const line of linesIn(bytes, damaged)) {
    const record = readLine(line, damaged);
    if (end !== undefined || (record.record === 'begin') !== (begin === undefined))
      throw damaged('its records are out of order');
    if (record.record === 'begin') begin = record;
    if (record.record === 'end') {
      end = record;
      continue;
    }
    records += 1;
    if (record.record === 'omitted') omitted.push({ what: record.what, why: record.why });
    if (record.record === 'object') objects += 1;
    if (record.record === 'row' && !tables.add(record.table, record.row)) throw damaged('its rows are out of order');
    if (isTold(record)) await onRecord(record);
  }
  if (begin === undefined || end === undefined) throw damaged('it has no end');
  if (end.records !== records || end.objects !== objects) throw damaged('it does not hold as much as its end says');
  const wrong = tables.differing(end.tables);
  if (wrong !== undefined) throw damaged(`its rows of ${wrong} are not those that its end tells of`);
  return { begin, end, omitted };
}

function isTold(record: BackupRecord): record is Parameters<OnRecord>[0] {
  return ['row', 'object', 'template', 'definition'].includes(record.record);
}

function readLine(line: string, damaged: (reason: string, cause?: unknown) => SealiftError): BackupRecord {
  try {
    return backupRecordSchema.parse(JSON.parse(line));
  } catch (error) {
    throw damaged(`a record is not of its format: ${reasonOf(error).slice(0, 200)}`, error);
  }
}

/** The rows of each table, which come one table after the other. */
class TableSeen {
  readonly #done = new Map<string, TableDigest>();
  #now: { readonly name: string; readonly digest: RowDigest } | undefined;

  /** @returns false where its table had ended before */
  add(table: string, row: string): boolean {
    if (this.#now?.name !== table) {
      this.#close();
      if (this.#done.has(table)) return false;
      this.#now = { name: table, digest: new RowDigest(table) };
    }
    this.#now.digest.add(row);
    return true;
  }

  /** The first table that is not as told. */
  differing(told: readonly TableDigest[]): string | undefined {
    this.#close();
    const wrong = told.find(
      ({ name, rows, sha256 }) =>
        (this.#done.get(name)?.sha256 ?? emptyDigest) !== sha256 || (this.#done.get(name)?.rows ?? 0) !== rows,
    );
    const untold = [...this.#done.keys()].find((name) => !told.some((one) => one.name === name));
    return wrong?.name ?? untold;
  }

  #close(): void {
    if (this.#now !== undefined) this.#done.set(this.#now.name, this.#now.digest.end());
    this.#now = undefined;
  }
}

const emptyDigest = new RowDigest('').end().sha256;
