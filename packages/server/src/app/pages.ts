import { createHash } from 'node:crypto';
import { SealiftError, toProblem } from '@sealift/core/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PageFiles } from './page-files.ts';

/** By the ends of names that the build of the pages writes (IANA, "Media Types"). */
const mediaTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
};

type Answer = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/**
 * Serves the built web pages. Files under `/assets/` carry their content's hash in the name and may be kept for ever; any other path
 * that a browser opens is a page of the application.
 */
export function servePages(app: FastifyInstance, { place, files }: PageFiles): void {
  for (const [path, content] of files) app.get(`/${path}`, answerFile(path, content));
  const index = files.get('index.html');
  const answerIndex = index === undefined ? undefined : answerFile('index.html', index);
  if (answerIndex !== undefined) app.get('/', answerIndex);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const opensPage = request.method === 'GET' && !path.startsWith('/v2/') && !path.startsWith('/api/');
    const isFile = /\.[a-z0-9]{1,8}$/i.test(path);
    if (opensPage && !isFile && answerIndex !== undefined) return answerIndex(request, reply);
    const failure =
      opensPage && answerIndex === undefined
        ? new SealiftError('CONSOLE_PAGES_MISSING', { place })
        : new SealiftError('ROUTE_UNKNOWN', { values: { method: request.method, path: path.slice(0, 200) } });
    const problem = toProblem(failure);
    if (request.headers.accept?.includes('text/html') === true) {
      return reply.code(problem.status).type('text/plain; charset=utf-8').send(`${problem.detail}\n${problem.hint}\n`);
    }
    return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  });
}

/** Answers with a file, or that the browser has it already (RFC 9110, 13.1.2 and 15.4.5). */
function answerFile(path: string, content: Uint8Array): Answer {
  const lasting = path.startsWith('assets/');
  const type = mediaTypes[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  const tag = `"${createHash('sha256').update(content).digest('base64url')}"`;
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return (request, reply) => {
    reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache').header('etag', tag);
    const known = request.headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
    if (known.includes(tag) || known.includes('*')) return reply.code(304).send();
    return reply.type(type).send(bytes);
  };
}
