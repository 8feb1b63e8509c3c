import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RegistryStorage } from '../storage/storage.ts';
import type { TokenService } from '../tokens/token-service.ts';
import type { Authorize } from './access.ts';
import { deleteBlob, getBlob } from './blob-routes.ts';
import { listRepositories } from './catalog-route.ts';
import type { ContentHost } from './content-change.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import { LoginAttempts } from './login-attempts.ts';
import { RegistryRefusal, sendFailure } from './failure.ts';
import { admit, type Gate, type Need, tokenPath } from './gate.ts';
import type { Exchange } from './exchange.ts';
import { deleteManifest, getManifest, listReferrers, listTags, putManifest } from './manifest-routes.ts';
import { getToken, postToken } from './token-routes.ts';
import { appendChunk, cancelUpload, finishUpload, startUpload, uploadStatus } from './upload-routes.ts';

export type { Authorize, RegistryAccess, RegistryCredential, RegistryLogin } from './access.ts';
export { changedName, type ContentChange, type ContentHost } from './content-change.ts';

const defaultIdleTimeoutMs = 60_000;
const reading = ['GET', 'HEAD'];

export interface RegistryRoutesOptions {
  readonly storage: RegistryStorage;
  readonly authorize: Authorize;
  /** Hands tokens out at `/token` and asks clients to use them; without it they are asked for Basic, which is good either way. */
  readonly tokens?: TokenService;
  /** Why nothing may be changed for now, whoever asks; undefined when it may. */
  readonly readOnly?: () => Promise<string | undefined>;
  /** Has a say in deletions, and keeps a log of changes. */
  readonly host?: ContentHost;
  /** Counts failed logins; where a host has other doors too, the one of them all. */
  readonly attempts?: LoginAttempts;
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
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.header('docker-distribution-api-version', 'registry/2.0');
    done();
  });
  const { storage, authorize, tokens, readOnly, idleTimeoutMs = defaultIdleTimeoutMs } = options;
  const gate: Gate = { authorize, tokens, readOnly, attempts: options.attempts ?? new LoginAttempts() };
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const path = pathOf(request);
    const admission = await admit(gate, request, needOf(request.method, path));
    const exchange = { storage, repository: '', request, reply, idleTimeoutMs, admission, host: options.host };
    return await answer(parseEndpoint(path), exchange);
  };
  for (const url of ['/v2', '/v2/', '/v2/*']) {
    fastify.route({ method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'], url, handler: handle });
  }
  if (tokens === undefined) return;
  fastify.get(tokenPath, (request, reply) => getToken(gate, tokens, request, reply));
  fastify.post(tokenPath, (request, reply) => postToken(gate, tokens, request, reply));
}

/** Whether a URL's path is the registry's, whose bodies are streams. */
export function isRegistryPath(url: string): boolean {
  return /^\/v2(?:[/?]|$)/.test(url);
}

function pathOf(request: FastifyRequest): string {
  const { params } = request;
  const rest = typeof params === 'object' && params !== null && '*' in params ? params['*'] : '';
  return typeof rest === 'string' ? rest : '';
}

/** What a request has to be allowed; one that names nothing known needs a login all the same. */
function needOf(method: string, path: string): Need {
  const endpoint = tryEndpoint(path);
  if (endpoint === undefined || endpoint.kind === 'base') return undefined;
  if (endpoint.kind === 'catalog') return 'catalog';
  const { repository } = endpoint;
  if (reading.includes(method) && endpoint.kind !== 'upload') return { repository, action: 'pull' };
  const deletes = method === 'DELETE' && endpoint.kind !== 'upload';
  return { repository, action: deletes ? 'delete' : 'push' };
}

function tryEndpoint(path: string): Endpoint | undefined {
  try {
    return parseEndpoint(path);
  } catch {
    return undefined;
  }
}

async function answer(endpoint: Endpoint, exchange: Exchange): Promise<FastifyReply> {
  const { storage, request, reply } = exchange;
  const { method } = request;
  const isRead = reading.includes(method);
  switch (endpoint.kind) {
    case 'base':
      if (isRead) return await reply.send({});
      break;
    case 'catalog':
      if (isRead) return await listRepositories(storage, request, reply);
      break;
    case 'blob':
      if (isRead) return await getBlob(storage, endpoint.repository, endpoint.digest, request, reply);
      if (method === 'DELETE') return await deleteBlob(exchange, endpoint.repository, endpoint.digest);
      break;
    case 'uploads':
      if (method === 'POST') return await startUpload({ ...exchange, repository: endpoint.repository });
      break;
    case 'upload':
      return await answerUpload({ ...exchange, repository: endpoint.repository }, endpoint.id);
    case 'manifest': {
      const { repository, reference } = endpoint;
      if (isRead) return await getManifest(storage, repository, reference, request, reply);
      if (method === 'PUT') return await putManifest({ ...exchange, repository }, reference);
      if (method === 'DELETE') return await deleteManifest({ ...exchange, repository }, reference);
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

async function answerUpload(exchange: Exchange, id: string): Promise<FastifyReply> {
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
