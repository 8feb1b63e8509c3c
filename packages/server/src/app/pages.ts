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

/** What no browser opens as a document: what a document may do, nobody has to be told of with each of them. */
const partTypes: ReadonlySet<string> = new Set(['js', 'css', 'woff2'].flatMap((end) => mediaTypes[end] ?? []));
/** Headers that speak of documents alone (W3C Content Security Policy 3; HTML, "Cross-origin opener policies"; Helmet's documentation); that a type is not guessed stays. */
const documentHeaders = [
  'content-security-policy',
  'cross-origin-opener-policy',
  'origin-agent-cluster',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
];

type Answer = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** How the build of the pages compresses, the best first: the end of a file's name, and how HTTP calls it (RFC 9110, 8.4.1; RFC 7932). */
const encodings = [
  { end: '.br', name: 'br' },
  { end: '.gz', name: 'gzip' },
] as const;

/** A file as it is, and compressed. */
interface Variant {
  readonly encoding: string | null;
  readonly bytes: Buffer;
  readonly tag: string;
}

/**
 * Serves the built web pages. Files under `/assets/` carry their content's hash in the name and may be kept for ever; any other path
 * that a browser opens is a page of the application.
 */
export function servePages(app: FastifyInstance, { place, files }: PageFiles): void {
  const isCompressed = (path: string): boolean =>
    encodings.some(({ end }) => path.endsWith(end) && files.has(path.slice(0, -end.length)));
  for (const path of files.keys()) {
    if (!isCompressed(path)) app.get(`/${path}`, answerFile(path, files));
  }
  const answerIndex = files.has('index.html') ? answerFile('index.html', files) : undefined;
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

/** Answers with a file, compressed where the browser takes that, or that the browser has it already (RFC 9110, 12.5.3, 13.1.2 and 15.4.5). */
function answerFile(path: string, files: PageFiles['files']): Answer {
  const lasting = path.startsWith('assets/');
  const type = mediaTypes[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  const plain = variantOf(files.get(path) ?? new Uint8Array(), null);
  const packed = encodings.flatMap(({ end, name }) => {
    const content = files.get(path + end);
    return content === undefined ? [] : [variantOf(content, name)];
  });
  return (request, reply) => {
    const accepted = acceptedEncodings(request.headers['accept-encoding']);
    const { encoding, bytes, tag } = packed.find((one) => one.encoding !== null && accepted.has(one.encoding)) ?? plain;
    reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache').header('etag', tag);
    // Also where it is not compressed: what keeps answers for others has to ask again for who takes another one.
    if (packed.length > 0) reply.header('vary', 'accept-encoding');
    // Of some forty files of the first page they were a tenth of all bytes.
    if (partTypes.has(type)) for (const name of documentHeaders) reply.removeHeader(name);
    const known = request.headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
    if (known.includes(tag) || known.includes('*')) return reply.code(304).send();
    if (encoding !== null) reply.header('content-encoding', encoding);
    return reply.type(type).send(bytes);
  };
}

function variantOf(content: Uint8Array, encoding: string | null): Variant {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  // 132 bits of it tell any two apart.
  return { encoding, bytes, tag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"` };
}

/** What a browser takes by name; what it says that it does not (`q=0`) is left out. */
function acceptedEncodings(header: string | string[] | undefined): ReadonlySet<string> {
  const named = String(header ?? '')
    .toLowerCase()
    .split(',', 20)
    .map((one) => one.split(';').map((part) => part.trim()));
  return new Set(named.flatMap(([name = '', ...rest]) => (rest.some(isRefused) ? [] : [name])));
}

function isRefused(parameter: string): boolean {
  return /^q=0(\.0{0,3})?$/.test(parameter);
}
