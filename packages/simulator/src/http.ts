import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { asSealiftError, SealiftError, toProblem } from '@sealift/core/errors';
import { ConnectionDropped, type Faults } from './faults.ts';
import type { Route } from './routes.ts';

/** How long a connection may stay silent in the middle of a request. */
const idleMs = 60_000;

/** Serves the routes; failures are answered as problem details (RFC 9457). */
export function simulatorServer(routes: readonly Route[], faults: Faults): Server {
  const server = createServer({ requestTimeout: 0, headersTimeout: 15_000 }, (request, response) => {
    void answer(routes, faults, request, response);
  });
  server.setTimeout(idleMs, (socket) => socket.destroy());
  return server;
}

async function answer(
  routes: readonly Route[],
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const callerGone = new AbortController();
  response.once('close', () => callerGone.abort());
  try {
    refuseForeignHost(request);
    const url = new URL(request.url ?? '/', 'http://simulator');
    const { route, path } = findRoute(routes, request.method ?? '', url.pathname);
    await faults.play(route.call, 'before', callerGone.signal);
    const result = await route.handle({ message: request, query: url.searchParams, path });
    await faults.play(route.call, 'after', callerGone.signal);
    send(response, result === undefined ? 204 : 200, 'application/json', result);
  } catch (error) {
    const { socket } = response;
    if (socket === null || socket.destroyed) return;
    if (error instanceof ConnectionDropped) return void socket.destroy();
    const failure = asSealiftError(error);
    // An upload that was refused half-way is not read to its end.
    if (!request.complete) response.setHeader('connection', 'close');
    send(response, failure.status, 'application/problem+json', toProblem(failure));
  }
}

function send(response: ServerResponse, status: number, type: string, body: unknown): void {
  if (status === 204) return void response.writeHead(204).end();
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}

function findRoute(routes: readonly Route[], method: string, pathname: string): { route: Route; path: string[] } {
  const parts = pathname.split('/').slice(1);
  for (const route of routes) {
    if (route.method !== method || route.pattern.length !== parts.length) continue;
    if (!route.pattern.every((expected, index) => expected.startsWith(':') || expected === parts[index])) continue;
    const path = parts.filter((_, index) => route.pattern[index]?.startsWith(':'));
    return { route, path: path.map(decode) };
  }
  throw new SealiftError('SIMULATOR_REFUSED', {
    values: { reason: `there is no ${method} ${pathname.slice(0, 200)}` },
  });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new SealiftError('SIMULATOR_REFUSED', { values: { reason: 'the path is not validly escaped' } });
  }
}

/** A web page of another site that makes a browser call us (DNS rebinding) names its own host. */
function refuseForeignHost(request: IncomingMessage): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (!isLoopback(host)) {
    throw new SealiftError('SIMULATOR_REFUSED', { values: { reason: 'it answers only to a loopback address' } });
  }
}

/** Whether a host name or address can only be this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
