import type { FastifyReply, FastifyRequest } from 'fastify';
import { SealiftError } from '@sealift/core/errors';
import { parseRange } from '../routes/range.ts';
import { judgeConditions, rangeWanted } from './conditions.ts';
import { openServed } from './served-name.ts';

/** A client that takes nothing for so long is let go, in milliseconds: each holds an open file. */
const stalledMs = 120_000;

/** `GET` and `HEAD` of a file, with conditions and one byte range (RFC 9110, sections 13 and 14). @throws FILES_UNKNOWN */
export async function getFile(
  folder: string,
  name: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const file = await openServed(folder, name);
  if (file === undefined) throw new SealiftError('FILES_UNKNOWN', { values: { name } });
  let isHandedOn = false;
  try {
    const { etag, sizeBytes, handle } = file;
    reply.headers({
      'accept-ranges': 'bytes',
      'cache-control': 'private',
      'content-type': 'application/octet-stream',
      etag,
      'last-modified': file.modified.toUTCString(),
    });
    const status = judgeConditions(request.headers, etag, true);
    if (status === 412) throw new SealiftError('FILES_CONDITION', { values: { name } });
    if (status === 304) return await reply.code(304).send();
    const range = parseRange(rangeWanted(request.headers, etag), sizeBytes);
    if (range === 'unsatisfiable') {
      reply.header('content-range', `bytes */${sizeBytes}`);
      throw new SealiftError('FILES_RANGE', { values: { name, sizeBytes } });
    }
    const { start, end } = range ?? { start: 0, end: sizeBytes };
    if (range !== undefined) reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${sizeBytes}`);
    reply.header('content-length', end - start);
    if (request.method === 'HEAD' || end === start) return await reply.send();
    reply.raw.setTimeout(stalledMs, () => reply.raw.destroy());
    isHandedOn = true;
    // The stream closes the file, also when the client goes away.
    return await reply.send(handle.createReadStream({ start, end: end - 1, highWaterMark: 256 * 1024 }));
  } finally {
    if (!isHandedOn) await file[Symbol.asyncDispose]();
  }
}
