import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestOf } from '@sealift/oci/digest';
import { dripBody, dripHeaders } from './drip.ts';
import { QuirkyAnswers, type Quirks, refusedAtOnce } from './quirks.ts';

/** A request as it came, with its body. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly bytes: number;
  readonly authorization: string | undefined;
}

/** What of a request is there before its body. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly announcedBytes: number;
}

export interface OddAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** How the registry differs from what it should be. */
export interface Oddities extends Quirks {
  /** Answers instead of it. */
  readonly intercept?: (request: SeenRequest) => OddAnswer | undefined;
  /** Lists referrers by itself; else they are to be listed under a tag. */
  readonly referrersApi?: boolean;
  readonly minChunkBytes?: number;
}

/** A small registry in memory that can be asked to be odd where real ones can't. */
export interface OddRegistry {
  /** `127.0.0.1:<port>` */
  readonly registry: string;
  readonly requests: SeenRequest[];
  /** Those to the other host that it redirects to. */
  readonly redirected: SeenRequest[];
  /** By `<repository> <digest>`. */
  readonly blobs: Map<string, Buffer>;
  /** By `<repository> <digest or tag>`. */
  readonly manifests: Map<string, { readonly mediaType: string; readonly bytes: Buffer }>;
  close(): Promise<void>;
}

export async function startOddRegistry(oddities: Oddities = {}): Promise<OddRegistry> {
  const state = {
    requests: [] as SeenRequest[],
    blobs: new Map<string, Buffer>(),
    manifests: new Map<string, { mediaType: string; bytes: Buffer }>(),
    sessions: new Map<string, Buffer>(),
  };
  const quirky = new QuirkyAnswers(oddities);
  const redirected: SeenRequest[] = [];
  const storage = oddities.redirect === undefined ? undefined : await listen(listenerOf(redirected));
  const main = await listen(listenerOf(state.requests, storage?.host ?? ''));

  /** @param storageHost what is redirected to; undefined at that host itself */
  function listenerOf(requests: SeenRequest[], storageHost?: string): RequestListener {
    return (request, response) => {
      const { method = '', url: path = '', headers } = request;
      const announcedBytes = Number(headers['content-length'] ?? 0);
      const refused = refusedAtOnce(oddities, { method, path, announcedBytes });
      if (refused !== undefined) {
        response.writeHead(refused.status, refused.headers).end(refused.body);
        return;
      }
      if (headers.expect !== undefined) response.writeContinue();
      readAll(request).then(
        (body) => {
          const seen = { method, path, bytes: body.length, authorization: headers.authorization };
          requests.push(seen);
          const answer = quirky.put(
            oddities.intercept?.(seen) ??
              quirky.answer(seen, body, headers.host ?? '', storageHost) ??
              answerOf(state, oddities, seen, body, headers['content-type'] ?? ''),
          );
          if (oddities.drip === 'headers') dripHeaders(response);
          else if (oddities.drip === 'bodies' && answer.status === 200) dripBody(response);
          else response.writeHead(answer.status, answer.headers ?? {}).end(method === 'HEAD' ? '' : answer.body);
        },
        () => response.destroy(),
      );
    };
  }

  return {
    registry: main.host,
    requests: state.requests,
    redirected,
    blobs: state.blobs,
    manifests: state.manifests,
    async close() {
      await main.close();
      await storage?.close();
    },
  };
}

async function listen(listener: RequestListener): Promise<{ readonly host: string; close(): Promise<void> }> {
  // It ends no connection by itself, as some registries behind load balancers do not.
  const server: Server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, listener);
  server.on('checkContinue', listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

type State = Pick<OddRegistry, 'blobs' | 'manifests'> & { readonly sessions: Map<string, Buffer> };

function answerOf(state: State, oddities: Oddities, seen: SeenRequest, body: Buffer, type: string): OddAnswer {
  const url = new URL(seen.path, 'http://registry');
  const found = /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests|referrers)\/(.*)$/.exec(url.pathname);
  if (found === null) return { status: 200 };
  const [, repository = '', kind, name = ''] = found;
  const key = `${repository} ${name}`;
  if (kind === 'blobs/uploads') return upload(state, oddities, seen, body, { url, repository, name });
  if (kind === 'referrers') {
    if (oddities.referrersApi !== true) return { status: 404 };
    return { status: 200, body: JSON.stringify({ schemaVersion: 2, manifests: [] }) };
  }
  if (kind === 'blobs') {
    const blob = state.blobs.get(key);
    if (blob === undefined) return { status: 404 };
    return { status: 200, headers: { 'content-length': String(blob.length) }, body: blob };
  }
  if (seen.method === 'PUT') {
    const manifest = { mediaType: type, bytes: body };
    state.manifests.set(key, manifest);
    state.manifests.set(`${repository} ${digestOf(body)}`, manifest);
    const subject = (JSON.parse(body.toString()) as { subject?: { digest: string } }).subject?.digest;
    const listed = oddities.referrersApi === true && subject !== undefined;
    return { status: 201, ...(listed ? { headers: { 'oci-subject': subject } } : {}) };
  }
  const manifest = state.manifests.get(key);
  if (manifest === undefined) return { status: 404 };
  const headers = { 'content-type': manifest.mediaType, 'docker-content-digest': digestOf(manifest.bytes) };
  return { status: 200, headers, body: manifest.bytes.toString() };
}

function upload(
  { blobs, sessions }: State,
  { minChunkBytes }: Oddities,
  { method }: SeenRequest,
  body: Buffer,
  { url, repository, name }: { readonly url: URL; readonly repository: string; readonly name: string },
): OddAnswer {
  const location = (id: string): Record<string, string> => ({ location: `/v2/${repository}/blobs/uploads/${id}` });
  if (method === 'POST') {
    const mounted = blobs.get(`${url.searchParams.get('from')} ${url.searchParams.get('mount')}`);
    if (mounted !== undefined) {
      blobs.set(`${repository} ${url.searchParams.get('mount')}`, mounted);
      return { status: 201 };
    }
    const id = randomUUID();
    sessions.set(id, Buffer.alloc(0));
    const least = minChunkBytes === undefined ? {} : { 'oci-chunk-min-length': String(minChunkBytes) };
    return { status: 202, headers: { ...location(id), ...least } };
  }
  const held = sessions.get(name);
  if (held === undefined) return { status: 404 };
  const now = Buffer.concat([held, body]);
  if (method === 'GET') return { status: 204, headers: { ...location(name), range: `0-${held.length - 1}` } };
  sessions.set(name, now);
  if (method === 'PATCH') return { status: 202, headers: location(name) };
  sessions.delete(name);
  if (method === 'DELETE') return { status: 204 };
  if (digestOf(now) !== url.searchParams.get('digest')) return { status: 400 };
  blobs.set(`${repository} ${digestOf(now)}`, now);
  return { status: 201 };
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
