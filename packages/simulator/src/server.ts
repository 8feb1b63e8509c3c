import { asSealiftError, SealiftError, toProblem } from '@sealift/core/errors';
import { isLoopbackHost } from '@sealift/io/http/loopback';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { refusal, type SimulatedCluster } from './cluster.ts';
import { ConnectionDropped, type Faults } from './faults.ts';
import { simulatorRoutes } from './routes.ts';

/** How long a connection may stay silent in the middle of a request. */
const idleMs = 60_000;
/** Values of 4,000,000 characters, written as JSON. */
const maxJsonBytes = 16 * 1024 * 1024;

/** Serves the cluster; failures are answered as problem details (RFC 9457). */
export function simulatorServer(cluster: SimulatedCluster, faults: Faults): FastifyInstance {
  const app = fastify({
    bodyLimit: maxJsonBytes,
    connectionTimeout: idleMs,
    forceCloseConnections: true,
    http: { headersTimeout: 15_000 },
    // An upload takes as long as it takes, while something arrives.
    requestTimeout: 0,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: (_error, request, reply) => {
      sendFailure(refusal('the path is not validly escaped'), request, reply);
    },
  });
  // An OVA is not kept in memory: its route reads it as it arrives.
  app.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body));
  app.setErrorHandler(sendFailure);
  app.setNotFoundHandler(({ method, url }) => {
    throw refusal(`there is no ${method} ${url.slice(0, 200).split('?', 1)[0]}`);
  });
  app.addHook('onRequest', async (request) => refuseForeignHost(request));
  simulatorRoutes(app, cluster, faults);
  return app;
}

function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { socket } = request.raw;
  if (error instanceof ConnectionDropped || socket.destroyed) {
    reply.hijack();
    socket.destroy();
    return;
  }
  const failure = asSealiftError(ofBody(error));
  // An upload that was refused half-way is not read to its end.
  if (!request.raw.complete) void reply.header('connection', 'close');
  void reply
    .code(failure.status)
    .type('application/problem+json')
    .send(JSON.stringify(toProblem(failure)));
}

/** What the server's own reader found wrong with a body, in our words. */
function ofBody(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return refusal('the content type must be application/json');
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new SealiftError('INPUT_TOO_LARGE', { values: { what: 'the request body', limitBytes: maxJsonBytes } });
  }
  const unreadable = code === 'FST_ERR_CTP_INVALID_JSON_BODY' || code === 'FST_ERR_CTP_EMPTY_JSON_BODY';
  return unreadable || error instanceof SyntaxError ? refusal('the body is not JSON') : error;
}

/** A web page of another site that makes a browser call us (DNS rebinding) names its own host. */
function refuseForeignHost(request: FastifyRequest): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (!isLoopbackHost(host)) throw refusal('it answers only to a loopback address');
}
