import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { SealiftError, toProblem } from '@sealift/core/errors';
import type { FastifyInstance } from 'fastify';

/**
 * Serves the built web pages. Files under `/assets/` carry their content's hash in the name and may be kept for ever; any other path
 * that a browser opens is a page of the application.
 */
export async function servePages(app: FastifyInstance, assetsDir: string): Promise<void> {
  const built = existsSync(join(assetsDir, 'index.html'));
  if (built) {
    await app.register(fastifyStatic, {
      root: assetsDir,
      wildcard: false,
      index: 'index.html',
      cacheControl: false,
      setHeaders: (reply, path) => {
        const lasting = path.startsWith(join(assetsDir, 'assets'));
        reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const opensPage = request.method === 'GET' && !path.startsWith('/v2/') && !path.startsWith('/api/');
    const isFile = /\.[a-z0-9]{1,8}$/i.test(path);
    if (opensPage && !isFile && built) return reply.header('cache-control', 'no-cache').sendFile('index.html');
    const failure =
      opensPage && !built
        ? new SealiftError('CONSOLE_PAGES_MISSING', { place: assetsDir })
        : new SealiftError('ROUTE_UNKNOWN', { values: { method: request.method, path: path.slice(0, 200) } });
    const problem = toProblem(failure);
    if (request.headers.accept?.includes('text/html') === true) {
      return reply.code(problem.status).type('text/plain; charset=utf-8').send(`${problem.detail}\n${problem.hint}\n`);
    }
    return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  });
}
