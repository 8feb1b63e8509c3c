import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import { pipeline } from 'node:stream';
import { testKey, validCertificate } from '@sealift/testkit/certificates';

/** A proxy that ends TLS in front of a console, as a site has one. */
export interface TlsProxy {
  /** Such as `https://localhost:40123`. */
  readonly url: string;
  close(): Promise<void>;
}

/** @param target address of the console, `http://127.0.0.1:8480` */
export async function startTlsProxy(target: string): Promise<TlsProxy> {
  const server: Server = createServer({ key: testKey, cert: validCertificate }, (incoming, answer) => {
    const { method, headers, socket } = incoming;
    const forwarded = {
      'x-forwarded-for': socket.remoteAddress,
      'x-forwarded-proto': 'https',
      'x-forwarded-host': headers.host,
    };
    const { hostname, port } = new URL(target);
    const path = incoming.url ?? '/';
    const asked = request({ hostname, port, method, path, headers: { ...headers, ...forwarded }, agent: false });
    asked.once('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      pipeline(response, answer, () => undefined);
    });
    asked.once('error', () => answer.destroy());
    pipeline(incoming, asked, () => undefined);
  });
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    url: `https://localhost:${address.port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
