import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** One request that passes the proxy. */
export interface PassingRequest {
  readonly method: string;
  readonly path: string;
  /** The whole body; the proxy is for requests that fit into memory. */
  readonly body: Buffer;
}

export interface CuttingProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** What happens to a request on its way; a hook that never settles holds it for good. */
export interface ProxyHooks {
  /** Before anything of it is forwarded. */
  readonly before?: (passing: PassingRequest) => Promise<void>;
  /** When the target has answered and nothing of the answer has been passed on. */
  readonly after?: (passing: PassingRequest) => Promise<void>;
  /** Tell the target the proxy's own name, so that what it makes of it leads through the proxy again. */
  readonly keepHost?: boolean;
}

/** An HTTP proxy on loopback in front of one server, with hooks before and after each request. */
export async function startCuttingProxy(target: string, hooks: ProxyHooks): Promise<CuttingProxy> {
  const server = createServer((incoming, outgoing) => {
    pass(target, hooks, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function pass(
  target: string,
  hooks: ProxyHooks,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const passing = { method: incoming.method ?? '', path: incoming.url ?? '', body: await readAll(incoming) };
  await hooks.before?.(passing);
  const { host, ...others } = incoming.headers;
  const headers = hooks.keepHost === true && host !== undefined ? { ...others, host } : others;
  const answer = await new Promise<IncomingMessage>((done, fail) => {
    const forwarded = request(new URL(passing.path, target), { method: passing.method, headers });
    forwarded.once('response', done);
    forwarded.once('error', fail);
    forwarded.end(passing.body);
  });
  const body = await readAll(answer);
  await hooks.after?.(passing);
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(body);
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
