import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a gateway's line to its console does. */
export type LineMode = 'through' | 'cut' | 'too-many' | 'unavailable' | 'login-page' | 'silent';

/** A line on loopback in front of a console, which breaks as a network, a proxy or a console does. */
export interface SwitchedLine {
  readonly url: string;
  mode: LineMode;
  /** Requests by their path, with the mode in which they came. */
  readonly seen: readonly { readonly path: string; readonly mode: LineMode; readonly atMs: number }[];
  close(): Promise<void>;
}

export async function startLine(target: string): Promise<SwitchedLine> {
  const seen: { path: string; mode: LineMode; atMs: number }[] = [];
  const server = createServer((incoming, answer) => {
    const { method, url: path = '/', headers } = incoming;
    seen.push({ path, mode: line.mode, atMs: performance.now() });
    switch (line.mode) {
      case 'through': {
        const forwarded = request(new URL(path, target), { method, headers, agent: false }, (response) => {
          answer.writeHead(response.statusCode ?? 502, response.headers);
          response.pipe(answer);
        });
        forwarded.on('error', () => answer.destroy());
        answer.once('close', () => forwarded.destroy());
        incoming.pipe(forwarded);
        return;
      }
      case 'cut':
        answer.destroy();
        return;
      case 'silent':
        return;
      case 'login-page':
        answer.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in to the proxy</h1>');
        return;
      case 'too-many':
        answer.writeHead(429, { 'retry-after': '1' }).end();
        return;
      case 'unavailable':
        answer.writeHead(503).end('the console is being upgraded');
        return;
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const line: SwitchedLine = {
    url: `http://127.0.0.1:${port}`,
    mode: 'through',
    seen,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
  return line;
}
