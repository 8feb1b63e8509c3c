import { mediaTypes } from '@sealift/oci/descriptor';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ContentDigest } from '../storage/content-digest.ts';
import type { RegistryStorage } from '../storage/storage.ts';
import { beforeRemoval, type Exchange } from './exchange.ts';
import { RegistryRefusal } from './failure.ts';
import { parseRange } from './range.ts';

/** `GET` and `HEAD` of a blob (OCI distribution-spec, end-2), with byte ranges (RFC 9110, section 14). */
export async function getBlob(
  storage: RegistryStorage,
  repository: string,
  digest: ContentDigest,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const isHead = request.method === 'HEAD';
  const size = await (isHead ? storage.blobs.claim(repository, digest) : storage.blobs.size(repository, digest));
  if (size === undefined) throw unknown();
  reply.headers({
    'accept-ranges': 'bytes',
    'content-type': mediaTypes.octetStream,
    'docker-content-digest': digest,
    etag: `"${digest}"`,
  });
  const range = parseRange(request.headers.range, size);
  if (range === 'unsatisfiable') {
    throw new RegistryRefusal(416, 'SIZE_INVALID', `the blob has ${size} bytes`, {
      'content-range': `bytes */${size}`,
    });
  }
  if (range !== undefined) {
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end - 1}/${size}`);
  }
  reply.header('content-length', range === undefined ? size : range.end - range.start);
  if (isHead || size === 0) return await reply.send();
  const stream = await storage.blobs.read(repository, digest, range);
  if (stream === undefined) throw unknown();
  return await reply.send(stream);
}

/** `DELETE` of a blob (end-10). */
export async function deleteBlob(exchange: Exchange, repository: string, digest: ContentDigest): Promise<FastifyReply> {
  const { blobs } = exchange.storage;
  if ((await blobs.size(repository, digest)) === undefined) throw unknown();
  await beforeRemoval(exchange, { act: 'delete', kind: 'blob', repository, reference: digest, digest });
  if (!(await blobs.unlink(repository, digest))) throw unknown();
  return await exchange.reply.code(202).send();
}

function unknown(): RegistryRefusal {
  return new RegistryRefusal(404, 'BLOB_UNKNOWN', 'the repository does not hold this blob');
}
