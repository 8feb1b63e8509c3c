import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { testKey, validCertificate } from '@sealift/testkit/certificates';
import { describe, expect, it } from 'vitest';
import { startKubelet, startPodProgram } from './connection/pod/testing/kubelet.ts';
import { takeEtcdSnapshot } from './etcd-snapshot.ts';

const never = new AbortController().signal;
const place = '/api/v1/namespaces/kube-system/pods/etcd-one/portforward';
const login = { ca: validCertificate, cert: validCertificate, key: testKey };

/** Three pages, and their sum behind them, as etcd sends them. */
const database = randomBytes(3 * 512);
const whole = Buffer.concat([database, createHash('sha256').update(database).digest()]);

function piece(blob: Buffer): string {
  return `${JSON.stringify({ result: { remaining_bytes: '1', blob: blob.toString('base64'), version: '3.6.8' } })}\n`;
}

/** Takes a snapshot of a member that answers so. */
async function take(answer: (response: ServerResponse) => void) {
  const heard: string[] = [];
  const port = await startPodProgram((request, response) => {
    heard.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'no login'}`);
    answer(response);
  });
  const { client, carried } = await startKubelet(place, new Map([[2379, port]]));
  const got: Uint8Array[] = [];
  const write = (bytes: Uint8Array): Promise<void> => {
    got.push(bytes);
    return Promise.resolve();
  };
  const taken = await takeEtcdSnapshot(client, { pod: 'etcd-one', login }, write, never).catch(
    (error: unknown) => error,
  );
  await expect.poll(carried).toBe(0);
  return { taken, got: Buffer.concat(got), heard };
}

describe('a snapshot of an etcd member', () => {
  it('is every byte that the member sends, with its sum, and the member gets no login of the cluster', async () => {
    const { taken, got, heard } = await take((response) => {
      for (const [from, to] of [
        [0, 700],
        [700, 1540],
        [1540, whole.length],
      ])
        response.write(piece(whole.subarray(from, to)));
      response.end();
    });
    expect(taken).toEqual({ sizeBytes: whole.length, sha256: createHash('sha256').update(whole).digest('hex') });
    expect(got.equals(whole)).toBe(true);
    expect(heard).toEqual(['POST /v3/maintenance/snapshot no login']);
  });

  it.each([
    ['one byte is another', () => Buffer.concat([Buffer.of((whole[0] ?? 0) ^ 1), whole.subarray(1)])],
    ['its end is missing', () => whole.subarray(0, 512)],
    ['its sum is missing', () => whole.subarray(0, -32)],
    ['nothing comes', () => Buffer.alloc(0)],
  ])('does not count when %s', async (_, sent) => {
    const { taken } = await take((response) => response.end(piece(sent())));
    expect(taken).toMatchObject({ code: 'ETCD_SNAPSHOT_FAILED', place: 'kube-system/etcd-one' });
  });

  it('is not taken from a member that says no, which is told in its words', async () => {
    const said = await take((response) => response.end('{"error":{"code":13,"message":"etcdserver: no leader"}}\n'));
    expect(said.taken).toMatchObject({ code: 'ETCD_SNAPSHOT_FAILED', message: expect.stringContaining('no leader') });
    const away = await take((response) => response.writeHead(404).end('Not Found\n'));
    expect(away.taken).toMatchObject({ code: 'ETCD_SNAPSHOT_FAILED', message: expect.stringContaining('404') });
  });

  it('ends with the connection that is cut, and with a line that is none of etcd', async () => {
    const cut = await take((response) => {
      response.write(piece(whole.subarray(0, 512)), () => response.destroy());
    });
    expect(cut.taken).toMatchObject({ code: 'KUBERNETES_UNREACHABLE' });
    const long = await take((response) => response.end('x'.repeat(2 * 1024 * 1024)));
    expect(long.taken).toMatchObject({ code: 'KUBERNETES_ANSWER_INVALID' });
    const other = await take((response) => response.end('<html>\n'));
    expect(other.taken).toMatchObject({ code: 'KUBERNETES_ANSWER_INVALID' });
  });
});
