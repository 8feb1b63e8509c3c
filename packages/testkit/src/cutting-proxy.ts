import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, request as requestTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { testKey, validCertificate } from './certificates.ts';

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
  /** When the target has begun to answer and nothing of the answer has been passed on. */
  readonly after?: (passing: PassingRequest) => Promise<void>;
  /** Tell the target the proxy's own name, so that what it makes of it leads through the proxy again. */
  readonly keepHost?: boolean;
}

/** How the proxy is known to a target that speaks TLS, and what it trusts there; PEM each. */
export interface TargetAccess {
  readonly ca: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** The value of the header. */
  readonly authorization?: string;
}

/**
 * A proxy on loopback in front of one HTTP server, with hooks before and after each request; answers that go on, such as watches, are
 * passed on as they come.
 *
 * @param access of a target that speaks TLS; the proxy then does too, at `https://localhost:<port>` with the certificate `validCertificate`
 */
export async function startCuttingProxy(
  target: string,
  hooks: ProxyHooks,
  access?: TargetAccess,
): Promise<CuttingProxy> {
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void =>
    void pass(target, hooks, access, incoming, outgoing).catch(() => outgoing.destroy());
  const server =
    access === undefined ? createServer(serve) : createTlsServer({ key: testKey, cert: validCertificate }, serve);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: access === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
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
  access: TargetAccess | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const passing = { method: incoming.method ?? '', path: incoming.url ?? '', body: await readAll(incoming) };
  await hooks.before?.(passing);
  const { host, authorization, ...others } = incoming.headers;
  const login = access?.authorization ?? (access?.cert === undefined ? authorization : undefined);
  const headers = {
    ...others,
    ...(login === undefined ? {} : { authorization: login }),
    ...(hooks.keepHost === true && host !== undefined ? { host } : {}),
  };
  const { ca, cert, key } = access ?? {};
  const send = access === undefined ? request : requestTls;
  const answer = await new Promise<IncomingMessage>((done, fail) => {
    // Never named after the header: the target is known by its address.
    const tls = { ca, cert, key, servername: '' };
    const forwarded = send(new URL(passing.path, target), { method: passing.method, headers, ...tls });
    forwarded.once('response', done);
    forwarded.on('error', fail);
    // Who asked and went away waits for no answer.
    outgoing.once('close', () => forwarded.destroy());
    forwarded.end(passing.body);
  });
  try {
    await hooks.after?.(passing);
  } catch (error) {
    answer.destroy();
    throw error;
  }
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  outgoing.flushHeaders();
  await pipeline(answer, outgoing);
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
