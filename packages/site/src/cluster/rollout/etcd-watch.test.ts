import type { KubernetesClient } from '@sealift/kubernetes/client';
import type { Objects } from '@sealift/kubernetes/objects';
import { describe, expect, it } from 'vitest';
import { EtcdWatch } from './etcd-watch.ts';

const never = new AbortController().signal;
const began = '2026-11-29T12:00:00.000Z';

type Answer = 'well' | 'away' | 'nothing' | 'late';

/** Two machines of a control plane whose pods are ready, whatever is true. */
function controlPlane() {
  const said: Record<string, Answer> = { a: 'well', b: 'well' };
  const lateAnswer = Promise.withResolvers<{ status: number; text: string }>();
  let now = Date.parse(began);
  const asked: string[] = [];
  const pods = ['a', 'b'].flatMap((node) =>
    ['etcd', 'kube-apiserver'].map((component) => ({
      metadata: {
        name: `${component}-${node}`,
        namespace: 'kube-system',
        uid: component + node,
        labels: { component },
      },
      spec: { nodeName: node, containers: [{ name: component }] },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    })),
  );
  const client: Pick<KubernetesClient, 'ask' | 'askPod'> = {
    ask: () => Promise.resolve({ status: 200, body: { metadata: {}, items: pods }, askedPauseMs: undefined }),
    askPod({ pod, port, path }) {
      asked.push(`${pod}:${port}${path}`);
      const answer = said[pod.replace('kube-apiserver-', '')];
      if (answer === 'late') return lateAnswer.promise;
      if (answer === 'nothing') return Promise.reject(new Error('the connection was cut'));
      return Promise.resolve(answer === 'well' ? { status: 200, text: 'ok' } : { status: 500, text: '[-]etcd failed' });
    },
  };
  const objects = { client } as unknown as Objects;
  const watch = new EtcdWatch(
    () => Promise.resolve(objects),
    () => new Date(now),
  );
  const troubles = async (isRolling = true) => {
    const look = await watch.look(isRolling, never);
    return 'pods' in look
      ? look.pods.flatMap(({ node, trouble }) => (trouble === null ? [] : [{ node, trouble }]))
      : look;
  };
  return { said, asked, troubles, lateAnswer, later: (ms: number) => (now += ms) };
}

describe('a member of etcd', () => {
  it('is in trouble as soon as the API server beside it does not reach it, though its pod is still called ready', async () => {
    const { said, asked, troubles, later } = controlPlane();
    said['b'] = 'away';
    const trouble = expect.objectContaining({
      what: 'kube-apiserver-b does not reach it',
      since: began,
      level: 'moving',
    });
    expect(await troubles()).toEqual([{ node: 'b', trouble }]);
    expect(asked).toEqual(['kube-apiserver-a:6443/readyz/etcd', 'kube-apiserver-b:6443/readyz/etcd']);
    later(60_000);
    expect(await troubles()).toEqual([{ node: 'b', trouble }]);
  });

  it('stays so while nobody answers, and no longer once it is reached', async () => {
    const { said, troubles } = controlPlane();
    said['b'] = 'away';
    await troubles();
    said['b'] = 'nothing';
    expect(await troubles()).toHaveLength(1);
    said['b'] = 'well';
    expect(await troubles()).toEqual([]);
  });

  it('is in no trouble for an API server that does not answer', async () => {
    const { said, troubles } = controlPlane();
    said['b'] = 'nothing';
    expect(await troubles()).toEqual([]);
  });

  it('is asked for only now and then while all are well', async () => {
    const { asked, troubles } = controlPlane();
    for (let look = 0; look < 5; look += 1) await troubles();
    expect(asked).toHaveLength(2);
  });

  it('holds no look up: what an API server says late is heard with a later one', async () => {
    const { said, lateAnswer, troubles } = controlPlane();
    said['b'] = 'late';
    expect(await troubles()).toEqual([]);
    lateAnswer.resolve({ status: 500, text: '[-]etcd failed' });
    expect(await troubles()).toHaveLength(1);
  });

  it('is not asked for while no machine is replaced, and nothing of before is told then', async () => {
    const { said, asked, troubles } = controlPlane();
    expect(await troubles(false)).toEqual([]);
    expect(asked).toEqual([]);
    said['b'] = 'away';
    expect(await troubles()).toHaveLength(1);
    expect(await troubles(false)).toEqual([]);
  });
});
