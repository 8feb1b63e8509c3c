import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { Secret } from '@sealift/core/secret';
import { testKey, validCertificate } from '@sealift/testkit/certificates';
import { onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { KubernetesClient } from '../../client.ts';

const secure = { key: testKey, cert: validCertificate };

async function listen(server: Server): Promise<number> {
  onTestFinished(async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((done) => server.close(done));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A program in a pod, which serves HTTPS until the test ends; its port. */
export function startPodProgram(answer: RequestListener, cert = validCertificate): Promise<number> {
  return listen(createServer({ key: testKey, cert }, answer));
}

/** A port on which nothing listens any more. */
export async function closedPort(): Promise<number> {
  const server = createServer(secure);
  const port = await listen(server);
  await new Promise((done) => server.close(done));
  return port;
}

/**
 * An API server in front of a kubelet that forwards ports of one pod, in its own channels: those of Kubernetes itself run in the tests of whole sites.
 *
 * @param place path of the pod's `portforward` subresource
 * @param ports where a port of the pod is, when it is not there itself
 */
export async function startKubelet(
  place: string,
  ports: ReadonlyMap<number, number> = new Map(),
): Promise<{ readonly client: KubernetesClient; readonly carried: () => number }> {
  const server = createServer(secure, (_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '', 'https://localhost');
    if (url.pathname !== place || request.headers.authorization !== 'Bearer secret') {
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (line) => {
      const port = Number(url.searchParams.get('ports'));
      for (const channel of [0, 1]) line.send(Buffer.of(channel, port & 0xff, port >> 8));
      const up = connect(ports.get(port) ?? port, '127.0.0.1');
      up.on('data', (piece) => line.send(Buffer.concat([Buffer.of(0), piece])));
      up.on('error', ({ message }) =>
        line.send(Buffer.concat([Buffer.of(1), Buffer.from(message)]), () => line.close()),
      );
      up.once('end', () => line.close());
      line.on('message', (message) => up.write((message as Buffer).subarray(1)));
      line.once('close', () => up.destroy());
    });
  });
  const port = await listen(server);
  const config = {
    'current-context': 'a',
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    clusters: [
      {
        name: 'a',
        cluster: {
          server: `https://localhost:${port}`,
          'certificate-authority-data': Buffer.from(validCertificate).toString('base64'),
        },
      },
    ],
    users: [{ name: 'a', user: { token: 'secret' } }],
  };
  const client = await KubernetesClient.connect({ text: new Secret(JSON.stringify(config)), env: {} });
  onTestFinished(() => client.close());
  return { client, carried: () => sockets.clients.size };
}
