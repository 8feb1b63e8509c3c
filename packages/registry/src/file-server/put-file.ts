import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SealiftError } from '@sealift/core/errors';
import { isMissing } from '@sealift/io/file-errors';
import { makeFolder } from '@sealift/io/make-folder';
import { PendingFile } from '@sealift/io/pending-file';
import { requestBody } from '../routes/request-body.ts';
import { judgeConditions } from './conditions.ts';
import type { Room } from './room.ts';
import { openServed } from './served-name.ts';

/** Files and folders of one folder; a listing of more would take long for whoever looks at the machine. */
const mostEntries = 10_000;

/** What an upload may use. */
export interface UploadPlace {
  readonly folder: string;
  readonly room: Room;
  readonly idleTimeoutMs: number;
  /** Uploads that go on. */
  readonly names: Set<string>;
  readonly mostUploads: number;
}

/**
 * `PUT` of a file (RFC 9110, section 9.3.4): it is seen under its name once it is whole and on the disk, in the place of an older one. Who downloads
 * that goes on with it.
 *
 * @throws FILES_UPLOAD_REFUSED, FILES_UPLOADS_LIMIT, FILES_UPLOAD_RUNNING, FILES_CONDITION, FILES_TOO_MANY, FILES_NO_ROOM, CONTENT_SHORT, CONTENT_DIGEST_MISMATCH; nothing is changed then
 */
export async function putFile(
  place: UploadPlace,
  name: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { names, mostUploads } = place;
  const wanted = readHeaders(request);
  if (names.has(name)) throw new SealiftError('FILES_UPLOAD_RUNNING', { values: { name } });
  if (names.size >= mostUploads) throw new SealiftError('FILES_UPLOADS_LIMIT', { values: { limit: mostUploads } });
  names.add(name);
  try {
    const { isNew, sizeBytes, sha256 } = await receive(place, name, request, wanted);
    return await reply.code(isNew ? 201 : 200).send({ name, sizeBytes, sha256 });
  } finally {
    names.delete(name);
  }
}

interface WantedUpload {
  readonly sizeBytes: number | undefined;
  /** Hex, where the client says it. */
  readonly sha256: string | undefined;
}

async function receive(place: UploadPlace, name: string, request: FastifyRequest, wanted: WantedUpload) {
  const { folder, room, idleTimeoutMs } = place;
  await assertCondition(folder, name, request);
  const path = join(folder, name);
  if ((await entriesOf(folder)) >= mostEntries || (await entriesOf(dirname(path))) >= mostEntries) {
    throw new SealiftError('FILES_TOO_MANY', { values: { limit: mostEntries } });
  }
  using lease = await room.lease(wanted.sizeBytes);
  await using file = await PendingFile.create(folder, { mode: 0o640, shownAs: name });
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of requestBody(request, idleTimeoutMs)) {
    await lease.wrote(chunk.byteLength);
    hash.update(chunk);
    sizeBytes += chunk.byteLength;
    await file.write(chunk);
  }
  if (wanted.sizeBytes !== undefined && sizeBytes !== wanted.sizeBytes) {
    const values = { digest: name, actualBytes: sizeBytes, expectedBytes: wanted.sizeBytes };
    throw new SealiftError('CONTENT_SHORT', { values });
  }
  const sha256 = hash.digest('hex');
  if (wanted.sha256 !== undefined && wanted.sha256 !== sha256) {
    throw new SealiftError('CONTENT_DIGEST_MISMATCH', { values: { expected: wanted.sha256, actual: sha256 } });
  }
  makeFolder(dirname(path), 0o750);
  await file.sync();
  // Looked at again: another may have put the file there by hand meanwhile.
  const isNew = await assertCondition(folder, name, request);
  await file.commit(path);
  return { isNew, sizeBytes, sha256 };
}

/** @returns whether there is no file of that name @throws FILES_CONDITION */
async function assertCondition(folder: string, name: string, { headers }: FastifyRequest): Promise<boolean> {
  await using found = await openServed(folder, name);
  if (judgeConditions(headers, found?.etag, false) !== undefined) {
    throw new SealiftError('FILES_CONDITION', { values: { name } });
  }
  return found === undefined;
}

/** @throws FILES_UPLOAD_REFUSED */
function readHeaders({ headers }: FastifyRequest): WantedUpload {
  const refuse = (reason: string): SealiftError => new SealiftError('FILES_UPLOAD_REFUSED', { values: { reason } });
  // A part that is taken for the whole would become the file (RFC 9110, section 14.4).
  if (headers['content-range'] !== undefined) throw refuse('it is a part of a file (Content-Range)');
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw refuse('it is packed (Content-Encoding)');
  const length = headers['content-length'];
  const sizeBytes = length === undefined ? undefined : Number(length);
  if (sizeBytes !== undefined && !Number.isSafeInteger(sizeBytes)) throw refuse('its length is no number');
  const digest = headers['content-digest'];
  if (digest === undefined) return { sizeBytes, sha256: undefined };
  const base64 = /^sha-256=:([A-Za-z0-9+/]{43}=):$/.exec(String(digest))?.[1];
  if (base64 === undefined) throw refuse('of Content-Digest one sha-256 is understood (RFC 9530)');
  return { sizeBytes, sha256: Buffer.from(base64, 'base64').toString('hex') };
}

async function entriesOf(folder: string): Promise<number> {
  try {
    return (await readdir(folder)).length;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}
