import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { Secret } from '@sealift/core/secret';
import { otherNameCertificate, testKey, validCertificate } from '@sealift/testkit/certificates';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { KubernetesClient } from '../client.ts';
import { askPort } from './ask-port.ts';

const never = new AbortController().signal;
const place = '/api/v1/namespaces/kube-system/pods/kube-apiserver-one/portforward';
const open: Server[] = [];
const secure = { key: testKey, cert: validCertificate };

afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const pod = (answer: RequestListener, cert = validCertificate) => listen(createServer({ key: testKey, cert }, answer));

/** An API server in front of a kubelet that forwards ports in its own channels: those of Kubernetes itself run in the tests of whole sites. */
async function kubelet(): Promise<{ readonly client: KubernetesClient; readonly carried: () => number }> {
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
      const up = connect(port, '127.0.0.1');
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

const asked = { namespace: 'kube-system', pod: 'kube-apiserver-one', servername: 'localhost', path: '/readyz/etcd' };

describe('a program in a pod, asked through its kubelet', () => {
  it.each([
    [200, 'ok'],
    [500, '[-]etcd failed: reason withheld'],
  ])('answers with its status %i and its words', async (status, text) => {
    const port = await pod((request, response) => {
      const { url, headers } = request;
      response.writeHead(url === '/readyz/etcd' && headers.authorization === 'Bearer secret' ? status : 400).end(text);
    });
    const { client, carried } = await kubelet();
    expect(await client.askPod({ ...asked, port }, never)).toEqual({ status, text });
    await expect.poll(carried).toBe(0);
  });

  it('is not reached where nothing listens: the kubelet says why', async () => {
    const port = await pod(() => undefined);
    await new Promise((done) => open.pop()?.close(done));
    const { client } = await kubelet();
    await expect(client.askPod({ ...asked, port }, never)).rejects.toMatchObject({
      code: 'KUBERNETES_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('is not reached where that is not allowed', async () => {
    const { client } = await kubelet();
    await expect(client.askPod({ ...asked, pod: 'other', port: 1 }, never)).rejects.toMatchObject({
      code: 'KUBERNETES_UNREACHABLE',
      message: expect.stringContaining('403'),
    });
  });

  it('gets no login before it has proved to be of the cluster', async () => {
    const heard: unknown[] = [];
    const port = await pod((request) => heard.push(request.headers), otherNameCertificate);
    const { client } = await kubelet();
    await expect(client.askPod({ ...asked, port }, never)).rejects.toMatchObject({
      code: 'KUBERNETES_UNREACHABLE',
      message: expect.stringContaining('certificate'),
    });
    expect(heard).toEqual([]);
  });

  it('is left alone, with nothing open, when it says more than is read of an answer', async () => {
    const port = await pod((_request, response) => response.end(Buffer.alloc(300_000)));
    const { client, carried } = await kubelet();
    await expect(client.askPod({ ...asked, port }, never)).rejects.toMatchObject({ code: 'KUBERNETES_ANSWER_INVALID' });
    await expect.poll(carried).toBe(0);
  });

  it('is asked nothing when the question was cancelled before', async () => {
    const port = new PassThrough();
    const question = { path: '/readyz', headers: {}, tls: { servername: 'localhost' } };
    await expect(askPort(port, question, AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' });
    expect(port.destroyed).toBe(true);
  });

  it('is left alone, with nothing open, when the question is cancelled', async () => {
    const cancel = new AbortController();
    const port = await pod(() => cancel.abort());
    const { client, carried } = await kubelet();
    await expect(client.askPod({ ...asked, port }, cancel.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect.poll(carried).toBe(0);
    await expect(client.askPod({ ...asked, port }, cancel.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
