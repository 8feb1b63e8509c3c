import { asSealiftError, SealiftError, toProblem } from '@sealift/core/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { linger } from '../connections/linger.ts';
import { type Authorize, credentialOf } from '../routes/access.ts';
import { isDiskFull } from '../routes/failure.ts';
import { LoginAttempts } from '../routes/login-attempts.ts';
import { getFile } from './get-file.ts';
import { putFile, type UploadPlace } from './put-file.ts';
import { Room } from './room.ts';
import { basePath, servedName } from './served-name.ts';

const defaultKeptBytes = 256 * 1024 * 1024;
const defaultUploads = 4;
const defaultIdleTimeoutMs = 60_000;

/** What the routes need. */
export interface FileRoutesOptions {
  readonly folder: string;
  /** Who may read (`pull`) and write (`push`). */
  readonly authorize: Authorize;
  /** What uploads leave free, in bytes. */
  readonly keptBytes?: number;
  /** At a time. */
  readonly mostUploads?: number;
  readonly idleTimeoutMs?: number;
}

/** Serves the files of a folder below `basePath`, a plugin of Fastify, and refuses everything else. */
export async function fileRoutes(app: FastifyInstance, options: FileRoutesOptions): Promise<void> {
  const { folder, authorize, mostUploads = defaultUploads, idleTimeoutMs = defaultIdleTimeoutMs } = options;
  const room = new Room(folder, options.keptBytes ?? defaultKeptBytes);
  const place: UploadPlace = { folder, room, idleTimeoutMs, mostUploads, names: new Set() };
  const attempts = new LoginAttempts();
  // Bodies are read as streams: nothing is parsed or collected, whatever the content type.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply));
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff');
    done();
  });
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const access = await accessOf(authorize, attempts, request);
    const path = pathOf(request);
    if (path === undefined) throw unknown(request.url);
    if (request.method !== 'PUT') return await getFile(folder, nameOf(path, request), request, reply);
    if (access !== 'push') throw new SealiftError('FILES_READ_ONLY');
    return await putFile(place, servedName(path), request, reply);
  };
  app.setNotFoundHandler(async (request) => {
    await accessOf(authorize, attempts, request);
    throw unknown(request.url);
  });
  app.route({ method: ['GET', 'HEAD', 'PUT'], url: `${basePath}*`, handler: handle });
}

/** @throws FILES_LOGIN_NEEDED, RATE_LIMITED: before anything else is looked at */
async function accessOf(
  authorize: Authorize,
  attempts: LoginAttempts,
  request: FastifyRequest,
): Promise<'pull' | 'push'> {
  const credential = credentialOf(request);
  if (credential.kind !== 'basic') throw new SealiftError('FILES_LOGIN_NEEDED');
  const judge = async () => {
    const found = await authorize(credential, request.ip);
    return typeof found === 'string' ? found : found.access;
  };
  const access = await attempts.attempt(request.ip, judge, (found) => found === 'none');
  if (access === 'none') throw new SealiftError('FILES_LOGIN_NEEDED');
  return access;
}

function pathOf({ params }: FastifyRequest): string | undefined {
  const rest = typeof params === 'object' && params !== null && '*' in params ? params['*'] : undefined;
  return typeof rest === 'string' ? rest : undefined;
}

/** A name that no file can have is one that is not there. */
function nameOf(path: string, request: FastifyRequest): string {
  try {
    return servedName(path);
  } catch {
    throw unknown(request.url);
  }
}

export function unknown(url: string): SealiftError {
  return new SealiftError('FILES_UNKNOWN', { values: { name: url.split('?', 1)[0]?.slice(0, 200) ?? '' } });
}

/** Problem details (RFC 9457). What went wrong inside may name paths of this machine: the log gets it, the client does not. */
export function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  linger(request);
  const failure = isDiskFull(error)
    ? new SealiftError('FILES_NO_ROOM', { values: { neededBytes: 'more', freeBytes: 'none' }, cause: error })
    : asSealiftError(error);
  const isInside = !failure.code.startsWith('FILES_') && failure.status >= 500;
  if (isInside) reply.log.error({ err: error, code: failure.code }, 'file request failed');
  const told = isInside ? new SealiftError('FILES_FAILED') : failure;
  if (told.code === 'FILES_LOGIN_NEEDED') reply.header('www-authenticate', 'Basic realm="sealift", charset="UTF-8"');
  if (told.code === 'RATE_LIMITED') reply.header('retry-after', /\d+/.exec(told.hint)?.[0] ?? '1');
  for (const name of ['content-length', 'etag', 'last-modified', 'accept-ranges']) reply.removeHeader(name);
  return reply
    .code(told.status)
    .type('application/problem+json')
    .send(JSON.stringify(toProblem(told)));
}
