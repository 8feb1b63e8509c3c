import { once } from 'node:events';
import { open, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { testKey, validCertificate } from './certificates.ts';

/** Bytes of a file that left the server. */
export interface ServedPart {
  readonly path: string;
  readonly start: number;
  /** Behind the last one. */
  readonly end: number;
}

/** A request as it came. */
export interface FileRequest {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  readonly cacheControl: string | undefined;
}

/** How the server differs from a good one; each may be changed while it runs. */
export interface FileServerFaults {
  /** Gives every file as a whole. */
  noRanges?: boolean;
  /** Tells no length. */
  noLength?: boolean;
  /** After how many bytes of this answer the line is cut; undefined for none. */
  cutAfter?: (request: FileRequest, lengthBytes: number) => number | undefined;
  /** Answers instead of it, or does something before. */
  intercept?: (request: FileRequest) => Promise<FileAnswer | undefined> | FileAnswer | undefined;
  /** Changes bytes on their way. */
  alter?: (bytes: Buffer, part: ServedPart) => Buffer;
}

export interface FileAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A web server over a folder, on loopback, with ranges (RFC 9110, section 14) and faults. */
export interface FileServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly requests: FileRequest[];
  readonly served: ServedPart[];
  readonly faults: FileServerFaults;
  close(): Promise<void>;
}

/** @param tls speak TLS at `https://localhost:<port>`, with the certificate `validCertificate` */
export async function startFileServer(
  folder: string,
  { tls = false, ...faults }: FileServerFaults & { readonly tls?: boolean } = {},
): Promise<FileServer> {
  const state = { requests: [] as FileRequest[], served: [] as ServedPart[], faults };
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void serve(folder, state, request, response).catch(() => response.destroy());
  const server = tls ? createTlsServer({ key: testKey, cert: validCertificate }, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...state,
    url: tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  folder: string,
  { requests, served, faults }: Pick<FileServer, 'requests' | 'served' | 'faults'>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = decodeURIComponent(new URL(incoming.url ?? '/', 'http://server').pathname).slice(1);
  const { range, authorization, 'cache-control': cacheControl } = incoming.headers;
  const request = { path, range, authorization, cacheControl };
  requests.push(request);
  const other = await faults.intercept?.(request);
  if (other !== undefined) {
    response.writeHead(other.status, other.headers ?? {}).end(other.body);
    return;
  }
  const file = join(folder, path);
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) {
    response.writeHead(404).end('not found');
    return;
  }
  const wanted = faults.noRanges === true ? null : /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  const start = Number(wanted?.[1] ?? 0);
  const last = wanted?.[2] ?? '';
  const end = last === '' ? found.size : Math.min(Number(last) + 1, found.size);
  if (start >= found.size && wanted !== null) {
    response.writeHead(416, { 'content-range': `bytes */${found.size}` }).end();
    return;
  }
  response.writeHead(wanted === null ? 200 : 206, {
    etag: `"${found.mtimeMs}-${found.size}"`,
    ...(faults.noLength === true ? {} : { 'content-length': end - start }),
    ...(wanted === null ? {} : { 'content-range': `bytes ${start}-${end - 1}/${found.size}` }),
  });
  const cut = faults.cutAfter?.(request, end - start);
  const sentEnd = cut === undefined ? end : Math.min(end, start + cut);
  await send(file, { path, start, end: sentEnd }, faults, response, served);
  // Everything that was written arrives, then the line ends.
  if (sentEnd < end) response.socket?.end();
  else response.end();
}

async function send(
  file: string,
  { path, start, end }: ServedPart,
  { alter }: FileServerFaults,
  response: ServerResponse,
  served: ServedPart[],
): Promise<void> {
  await using handle = await open(file, 'r');
  for (let at = start; at < end; ) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(65_536, end - at)), 0, undefined, at);
    const part = { path, start: at, end: at + bytesRead };
    const bytes = buffer.subarray(0, bytesRead);
    const isGone = await new Promise<boolean>((done) => {
      response.once('close', () => done(true));
      response.write(alter?.(bytes, part) ?? bytes, () => done(false));
    });
    if (isGone) return;
    response.removeAllListeners('close');
    served.push(part);
    at += bytesRead;
  }
}
