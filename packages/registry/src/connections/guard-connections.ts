import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { capConnections } from './cap-connections.ts';
import { linger } from './linger.ts';

/** How long a body of an ordinary request may take as a whole, in milliseconds. */
const defaultBodyDeadlineMs = 60_000;

export interface ConnectionGuard {
  /** Whether a path's bodies are streams that its routes bound themselves. */
  readonly isStream: (path: string) => boolean;
  /** Answers a request to a path or method that nothing serves. */
  readonly refuseUnknown: (request: FastifyRequest, reply: FastifyReply) => FastifyReply;
  readonly bodyDeadlineMs?: number | undefined;
  /** How long the rest of a refused body is read over. */
  readonly lingerMs?: number | undefined;
  readonly connections?: number;
  /** Undefined where all clients come through one proxy. */
  readonly connectionsOfAddress?: number | undefined;
}

/**
 * Keeps strangers from costing anything: connections are counted, a request that nothing serves is answered before its body is read,
 * a body has a deadline, and what is left of a refused one is read over for a short while and then cut. Call it before routes are declared.
 */
export function guardConnections(app: FastifyInstance, guard: ConnectionGuard): void {
  const { isStream, refuseUnknown, bodyDeadlineMs = defaultBodyDeadlineMs, lingerMs } = guard;
  capConnections(app.server, guard);
  app.addHook('onRequest', (request, reply, done) => {
    if (!announcesBody(request)) {
      done();
      return;
    }
    if (request.is404) {
      refuseUnknown(request, reply);
      return;
    }
    if (!isStream(request.url)) endLate(request, bodyDeadlineMs);
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    linger(request, lingerMs);
    done();
  });
}

/** RFC 9112, section 6.3: a request without these fields has no body. */
function announcesBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function endLate({ raw }: FastifyRequest, deadlineMs: number): void {
  const timer = setTimeout(() => {
    if (!raw.complete) raw.destroy();
  }, deadlineMs);
  raw.once('end', () => clearTimeout(timer));
  raw.once('close', () => clearTimeout(timer));
}
