import { Agent, request } from 'node:http';
import { createServer } from 'node:https';
import { pipeline } from 'node:stream';
import { testKey, validCertificate } from '@sealift/testkit/certificates';

/** A proxy that ends TLS before a console, and takes the time of each report of a gateway. */
export interface MeasuredProxy {
  /** Such as `https://localhost:40123`. */
  readonly url: string;
  /** Reports since that was forgotten last: how long each took in milliseconds, how many were refused, and of how many gateways they are. */
  reports(): { readonly times: readonly number[]; readonly refused: number; readonly gateways: number };
  forget(): void;
  close(): Promise<void>;
}

/** @param target address of the console */
export async function startMeasuredProxy(target: string): Promise<MeasuredProxy> {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(target);
  let times: number[] = [];
  let refused = 0;
  const gateways = new Set<string>();
  const server = createServer({ key: testKey, cert: validCertificate }, (incoming, answer) => {
    const { method, headers, url: path = '/' } = incoming;
    const began = performance.now();
    const asked = request({ hostname, port, method, path, headers, agent });
    asked.once('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      pipeline(response, answer, () => {
        if (!path.endsWith('/gateway/report')) return;
        times.push(performance.now() - began);
        if (response.statusCode === 200) gateways.add(idOf(headers['signature-input']));
        else refused += 1;
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
    reports: () => ({ times, refused, gateways: gateways.size }),
    forget: () => {
      times = [];
      refused = 0;
      gateways.clear();
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => {
          agent.destroy();
          closed();
        });
        server.closeAllConnections();
      }),
  };
}

/** Of the key that a request is signed with (RFC 9421, section 2.3). */
function idOf(input: string | string[] | undefined): string {
  return /keyid="([^"]+)"/.exec(String(input))?.[1] ?? '';
}
