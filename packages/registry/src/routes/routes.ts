import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RegistryStorage } from '../storage/storage.ts';
import { type Authorize, credentialOf } from './access.ts';
import { deleteBlob, getBlob } from './blob-routes.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import { RegistryRefusal, sendFailure } from './failure.ts';
import { deleteManifest, getManifest, listReferrers, listTags, putManifest } from './manifest-routes.ts';
import {
  appendChunk,
  cancelUpload,
  finishUpload,
  startUpload,
  type UploadRequest,
  uploadStatus,
} from './upload-routes.ts';

export type { Authorize, RegistryAccess, RegistryCredential } from './access.ts';

const defaultIdleTimeoutMs = 60_000;
const reading = ['GET', 'HEAD'];

export interface RegistryRoutesOptions {
  readonly storage: RegistryStorage;
  readonly authorize: Authorize;
  /** How long a client may send nothing in the middle of a body, in milliseconds. */
  readonly idleTimeoutMs?: number;
}

/**
 * Serves `/v2/` (OCI distribution-spec 1.1: pull, push, content discovery, content management). A Fastify plugin: register it
 * with `fastify.register(registryRoutes, { storage, authorize })`, without a prefix. The server must not limit the time of a
 * whole request (Fastify's `requestTimeout: 0`, its default), because uploads take as long as they take.
 */
export async function registryRoutes(fastify: FastifyInstance, options: RegistryRoutesOptions): Promise<void> {
  // Bodies are read as streams by the handlers: nothing is parsed or collected, whatever the content type.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
  fastify.setErrorHandler((error, request, reply) => sendFailure(error, request, reply));
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('docker-distribution-api-version', 'registry/2.0');
    await demandAccess(options.authorize, request);
  });
  const idleTimeoutMs = options.idleTimeoutMs ?? defaultIdleTimeoutMs;
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    await answer(parseEndpoint(pathOf(request)), {
      storage: options.storage,
      repository: '',
      request,
      reply,
      idleTimeoutMs,
    });
  for (const url of ['/v2', '/v2/', '/v2/*']) {
    fastify.route({ method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'], url, handler: handle });
  }
}

function pathOf(request: FastifyRequest): string {
  const { params } = request;
  const rest = typeof params === 'object' && params !== null && '*' in params ? params['*'] : '';
  return typeof rest === 'string' ? rest : '';
}

async function demandAccess(authorize: Authorize, request: FastifyRequest): Promise<void> {
  const credential = credentialOf(request);
  const access = await authorize(credential);
  if (access === 'none') {
    throw new RegistryRefusal(401, 'UNAUTHORIZED', 'log in with a user name and a password or token', {
      'www-authenticate': 'Basic realm="sealift", charset="UTF-8"',
    });
  }
  if (access === 'pull' && !reading.includes(request.method)) {
    throw new RegistryRefusal(403, 'DENIED', 'this account may pull and not push');
  }
}

async function answer(endpoint: Endpoint, exchange: UploadRequest): Promise<FastifyReply> {
  const { storage, request, reply, idleTimeoutMs } = exchange;
  const { method } = request;
  const isRead = reading.includes(method);
  switch (endpoint.kind) {
    case 'base':
      if (isRead) return await reply.send({});
      break;
    case 'blob':
      if (isRead) return await getBlob(storage, endpoint.repository, endpoint.digest, request, reply);
      if (method === 'DELETE') return await deleteBlob(storage, endpoint.repository, endpoint.digest, reply);
      break;
    case 'uploads':
      if (method === 'POST') return await startUpload({ ...exchange, repository: endpoint.repository });
      break;
    case 'upload':
      return await answerUpload({ ...exchange, repository: endpoint.repository }, endpoint.id);
    case 'manifest': {
      const { repository, reference } = endpoint;
      if (isRead) return await getManifest(storage, repository, reference, request, reply);
      if (method === 'PUT') return await putManifest(storage, repository, reference, request, reply, idleTimeoutMs);
      if (method === 'DELETE') return await deleteManifest(storage, repository, reference, reply);
      break;
    }
    case 'tags':
      if (isRead) return await listTags(storage, endpoint.repository, request, reply);
      break;
    case 'referrers':
      if (isRead) return await listReferrers(storage, endpoint.repository, endpoint.digest, request, reply);
      break;
  }
  throw notHere();
}

async function answerUpload(exchange: UploadRequest, id: string): Promise<FastifyReply> {
  switch (exchange.request.method) {
    case 'GET':
    case 'HEAD':
      return await uploadStatus(exchange, id);
    case 'PATCH':
      return await appendChunk(exchange, id);
    case 'PUT':
      return await finishUpload(exchange, id);
    case 'DELETE':
      return await cancelUpload(exchange, id);
    default:
      throw notHere();
  }
}

function notHere(): RegistryRefusal {
  return new RegistryRefusal(405, 'UNSUPPORTED', 'this is not possible here');
}
