import { Agent, type IncomingMessage, request } from 'node:http';
import { createServer, type Server } from 'node:https';
import { pipeline } from 'node:stream';
import { testKey, validCertificate } from './certificates.ts';

/** A proxy that ends TLS in front of a console, as a site has one. */
export interface TlsProxy {
  /** Such as `https://localhost:40123`. */
  readonly url: string;
  close(): Promise<void>;
}

/** What a proxy does besides. */
export interface TlsProxyOptions {
  /** Whether its connections to the console are used again; without it each request has its own. */
  readonly keepAlive?: boolean;
  /** Told once an answer has gone out whole: what was asked, its status, and what it took from the request's head in milliseconds. */
  readonly onEnd?: (asked: IncomingMessage, status: number, milliseconds: number) => void;
}

/** @param target address of the console, `http://127.0.0.1:8480` */
export async function startTlsProxy(target: string, options: TlsProxyOptions = {}): Promise<TlsProxy> {
  const { hostname, port } = new URL(target);
  const agent = options.keepAlive === true ? new Agent({ keepAlive: true }) : undefined;
  const server: Server = createServer({ key: testKey, cert: validCertificate }, (incoming, answer) => {
    const began = performance.now();
    const { method, headers, socket, url: path = '/' } = incoming;
    const forwarded = {
      'x-forwarded-for': socket.remoteAddress,
      'x-forwarded-proto': 'https',
      'x-forwarded-host': headers.host,
    };
    const asked = request({
      hostname,
      port,
      method,
      path,
      headers: { ...headers, ...forwarded },
      agent: agent ?? false,
    });
    asked.once('response', (response) => {
      const status = response.statusCode ?? 502;
      answer.writeHead(status, response.headers);
      pipeline(response, answer, (error) => {
        if (!error) options.onEnd?.(incoming, status, performance.now() - began);
      });
    });
    asked.once('error', () => answer.destroy());
    answer.once('close', () => asked.destroy());
    pipeline(incoming, asked, () => undefined);
  });
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    url: `https://localhost:${address.port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => {
          agent?.destroy();
          closed();
        });
        server.closeAllConnections();
      }),
  };
}
