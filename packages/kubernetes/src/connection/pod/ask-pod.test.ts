import { PassThrough } from 'node:stream';
import { otherNameCertificate } from '@sealift/testkit/certificates';
import { describe, expect, it } from 'vitest';
import { askPort } from './ask-port.ts';
import { closedPort, startKubelet, startPodProgram } from './testing/kubelet.ts';

const never = new AbortController().signal;
const place = '/api/v1/namespaces/kube-system/pods/kube-apiserver-one/portforward';
const kubelet = () => startKubelet(place);
const pod = startPodProgram;

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
    const port = await closedPort();
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
