import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testKey, validCertificate } from '@sealift/testkit/certificates';
import { KubernetesClient } from '../../connection/client.ts';

/** What a scripted server was asked for. */
export interface Asked {
  readonly isWatch: boolean;
  /** It only wants to know how new the collection is. */
  readonly isHead: boolean;
  readonly query: Readonly<Record<string, string>>;
}

/** Answers one request; a watch is left open by not ending the response. */
export type Answer = (response: ServerResponse) => void;

/** A server that answers as it is told: for what no real API server can be made to do. */
export interface ScriptedServer {
  readonly client: KubernetesClient;
  /** Every request so far. */
  readonly asked: readonly Asked[];
  /** Connections that are open. */
  connections(): number;
  close(): Promise<void>;
}

/** @param next the answer to each request */
export async function startScripted(next: (asked: Asked, count: number) => Answer): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const server = createServer({ key: testKey, cert: validCertificate }, (request, response) => {
    request.resume();
    const { searchParams } = new URL(request.url ?? '', 'https://localhost');
    const isWatch = searchParams.get('watch') === 'true';
    const one = {
      isWatch,
      isHead: !isWatch && searchParams.get('limit') === '1',
      query: Object.fromEntries(searchParams),
    };
    asked.push(one);
    next(one, asked.length)(response);
  });
  let open = 0;
  server.on('connection', (socket) => {
    open += 1;
    socket.on('error', () => undefined);
    socket.once('close', () => (open -= 1));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const folder = await mkdtemp(join(tmpdir(), 'sealift-scripted-'));
  const cluster = {
    server: `https://localhost:${port}`,
    'certificate-authority-data': Buffer.from(validCertificate).toString('base64'),
  };
  const kubeconfig = join(folder, 'config');
  const contexts = [{ name: 'x', context: { cluster: 'x', user: 'x' } }];
  const users = [{ name: 'x', user: { token: 't' } }];
  await writeFile(
    kubeconfig,
    JSON.stringify({ clusters: [{ name: 'x', cluster }], users, contexts, 'current-context': 'x' }),
  );
  const client = await KubernetesClient.connect({ kubeconfig, env: {}, retryDelaysMs: [] });
  await rm(folder, { recursive: true });
  return {
    client,
    asked,
    connections: () => open,
    async close() {
      client.close();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** An object of the collection, of `uid` `u-<name>` unless said otherwise. */
export function thing(
  name: string,
  resourceVersion: number,
  more: { readonly uid?: string; readonly value?: string } = {},
) {
  const { uid = `u-${name}`, value = '' } = more;
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name, uid, resourceVersion: String(resourceVersion) }, value };
}

export function list(resourceVersion: number, ...items: readonly object[]): Answer {
  return json(200, {
    apiVersion: 'v1',
    kind: 'ThingList',
    metadata: { resourceVersion: String(resourceVersion) },
    items,
  });
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Events of a watch, which then stays open. */
export function stays(...events: readonly (readonly [type: string, object: object] | string)[]): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const event of events) response.write(textOf(event));
  };
}

/** Events of a watch, which is cut then. */
export function thenCut(...events: readonly (readonly [type: string, object: object] | string)[]): Answer {
  return (response) => {
    stays(...events)(response);
    // After what was written has left.
    response.write('{"type":"MODIFIED","obj', () => response.destroy());
  };
}

function textOf(event: readonly [type: string, object: object] | string): string {
  return typeof event === 'string' ? event : `${JSON.stringify({ type: event[0], object: event[1] })}\n`;
}

export function mark(resourceVersion: number): readonly [type: string, object: object] {
  return ['BOOKMARK', { kind: 'Thing', apiVersion: 'v1', metadata: { resourceVersion: String(resourceVersion) } }];
}

/** As the API server words it when the changes since then are compacted. */
export const expired = {
  kind: 'Status',
  status: 'Failure',
  reason: 'Expired',
  code: 410,
  message: 'too old resource version: 1 (9)',
};

export const tooLarge = {
  kind: 'Status',
  status: 'Failure',
  reason: 'Timeout',
  code: 504,
  message: 'Too large resource version: 9, current: 4',
  details: {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  },
};
