import { SealiftError } from '@sealift/core/errors';
import { isRepositoryName } from '@sealift/oci/reference';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isContentDigest } from '../storage/content-digest.ts';
import { digestIn } from './endpoint.ts';
import { RegistryRefusal } from './failure.ts';
import type { Exchange } from './exchange.ts';
import { allows } from './gate.ts';
import { parseChunkRange } from './range.ts';
import { requestBody } from './request-body.ts';

const startQuerySchema = z.object({
  digest: z.string().optional(),
  mount: z.string().optional(),
  from: z.string().optional(),
});
const finishQuerySchema = z.object({ digest: z.string().optional() });

/** `POST …/blobs/uploads/`: a session, a blob in one request, or a mount from another repository (end-4a, 4b, 11). */
export async function startUpload(upload: Exchange): Promise<FastifyReply> {
  const { storage, repository, request, reply } = upload;
  const query = startQuerySchema.safeParse(request.query);
  const { digest, mount, from } = query.success ? query.data : {};
  if (mount !== undefined && from !== undefined && isContentDigest(mount) && isRepositoryName(from)) {
    const readable = allows(upload.admission, from, 'pull');
    if (readable && (await storage.blobs.mount(repository, mount, from))) return await created(upload, mount);
  }
  const id = await storage.uploads.start(repository);
  if (digest !== undefined) return await finish(upload, id, digest);
  return await reply
    .code(202)
    .headers(sessionHeaders(repository, id, 0))
    .send();
}

/** `GET` of a session: how far it is (end-13). */
export async function uploadStatus({ storage, repository, reply }: Exchange, id: string): Promise<FastifyReply> {
  const offset = await storage.uploads.offset(repository, id);
  if (offset === undefined) throw unknown();
  return await reply
    .code(204)
    .headers(sessionHeaders(repository, id, offset))
    .send();
}

/** `PATCH` of a session: a chunk, in order (end-5). Without `Content-Range` it goes to the session's end. */
export async function appendChunk(upload: Exchange, id: string): Promise<FastifyReply> {
  const { storage, repository, request, reply, idleTimeoutMs } = upload;
  await checkOrder(upload, id);
  const offset = await storage.uploads.append(repository, id, requestBody(request, idleTimeoutMs), announced(request));
  return await reply
    .code(202)
    .headers(sessionHeaders(repository, id, offset))
    .send();
}

/** `PUT` of a session with `?digest=`: the last chunk, if any, and the end (end-6). */
export async function finishUpload(upload: Exchange, id: string): Promise<FastifyReply> {
  const query = finishQuerySchema.safeParse(upload.request.query);
  const digest = digestIn(query.success ? query.data.digest : undefined);
  await checkOrder(upload, id);
  return await finish(upload, id, digest);
}

/** `DELETE` of a session. */
export async function cancelUpload({ storage, repository, reply }: Exchange, id: string): Promise<FastifyReply> {
  if (!(await storage.uploads.cancel(repository, id))) throw unknown();
  return await reply.code(204).send();
}

async function finish(upload: Exchange, id: string, text: string): Promise<FastifyReply> {
  const { storage, repository, request, idleTimeoutMs } = upload;
  const digest = digestIn(text);
  await storage.uploads.finish(repository, id, digest, requestBody(request, idleTimeoutMs), announced(request));
  await storage.blobs.link(repository, digest);
  return await created(upload, digest);
}

async function created({ repository, reply }: Exchange, digest: string): Promise<FastifyReply> {
  return await reply
    .code(201)
    .headers({ location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest })
    .send();
}

async function checkOrder({ storage, repository, request, reply }: Exchange, id: string): Promise<void> {
  const offset = await storage.uploads.offset(repository, id);
  if (offset === undefined) throw unknown();
  const header = request.headers['content-range'];
  if (header === undefined) return;
  const range = parseChunkRange(header);
  const known = request.headers['content-length'] !== undefined;
  const consistent = range !== undefined && (!known || announced(request) === range.length);
  if (!consistent || range.start !== offset) {
    reply.headers(sessionHeaders(repository, id, offset));
    throw new SealiftError('UPLOAD_OUT_OF_ORDER', { values: { start: range?.start ?? header.slice(0, 40), offset } });
  }
}

/** `Content-Length` in bytes, 0 when the length is not known beforehand. */
function announced(request: FastifyRequest): number {
  const length = Number(request.headers['content-length'] ?? 0);
  return Number.isSafeInteger(length) ? length : 0;
}

function sessionHeaders(repository: string, id: string, offset: number): Record<string, string> {
  return {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    range: `0-${Math.max(0, offset - 1)}`,
    'docker-upload-uuid': id,
  };
}

function unknown(): RegistryRefusal {
  return new RegistryRefusal(404, 'BLOB_UPLOAD_UNKNOWN', 'there is no such upload session');
}
