import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConfigMap, readConfigMap, setConfigMapKey } from '../config-objects.ts';
import { KubernetesClient, objectPath } from '../connection/client.ts';
import type { KubeObject } from '../objects/object.ts';
import { type Gate, startGate } from './testing/gate.ts';
import { watch, type WatchEvent } from './watch.ts';
import { watchUntil, watchUntilGone } from './watch-until.ts';

const etcd = peer('etcd');
const apiserver = peer('kube-apiserver');
const namespace = 'default';
const path = objectPath('/api/v1', 'configmaps', { namespace });
const has = (key: string) => (object: KubeObject) => Object.hasOwn(object['data'] ?? {}, key);

describe.skipIf(etcd.missing || apiserver.missing)(`waits for a real API server (${apiserver.remedy})`, () => {
  let kubernetes: Kubernetes;
  let direct: KubernetesClient;
  let gate: Gate;
  let client: KubernetesClient;
  beforeAll(async () => {
    kubernetes = await startKubernetes(etcd, apiserver);
    gate = await startGate(kubernetes.kubeconfig);
    direct = await KubernetesClient.connect({ kubeconfig: kubernetes.kubeconfig });
    client = await KubernetesClient.connect({ kubeconfig: gate.kubeconfig, retryDelaysMs: [] });
  }, 180_000);
  afterAll(async () => {
    client?.close();
    direct?.close();
    await gate?.close();
    await kubernetes?.stop();
  });

  const make = (name: string): Promise<boolean> => createConfigMap(direct, { namespace, name }, { one: '1' });
  const remove = (name: string) => direct.ask({ method: 'DELETE', path: `${path}/${name}` });
  async function set(name: string, key: string): Promise<void> {
    const read = await readConfigMap(direct, { namespace, name });
    await setConfigMapKey(
      direct,
      { namespace, name },
      { resourceVersion: read?.resourceVersion ?? '', key, value: '' },
    );
  }

  it('end with the object that is as wanted, whether it is so already, changes, or is made', async () => {
    await make('a');
    const at = { path, name: 'a' };
    const found = await watchUntil(client, at, has('one'), { deadlineMs: 30_000 });
    expect(found).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
    const changed = watchUntil(client, at, has('two'), { deadlineMs: 30_000 });
    await set('a', 'two');
    expect((await changed)['data']).toMatchObject({ two: '' });
    const made = watchUntil(client, { path, name: 'b' }, () => true, { deadlineMs: 30_000 });
    await make('b');
    expect((await made).metadata.name).toBe('b');
  });

  it('end when the object is gone', async () => {
    await watchUntilGone(client, { path, name: 'never' }, { deadlineMs: 30_000 });
    await make('goes');
    const gone = watchUntilGone(client, { path, name: 'goes' }, { deadlineMs: 30_000 });
    await remove('goes');
    await gone;
  });

  it('are taken up where they were when the line is cut', async () => {
    await make('cut');
    const events = watch(client, { path, name: 'cut' });
    expect(wordsOf(await events.next())).toBe('cut');
    expect(wordsOf(await events.next())).toBe('synced');
    const next = events.next();
    gate.shut();
    await set('cut', 'meanwhile');
    gate.open();
    expect((await next).value).toMatchObject({ type: 'changed', object: { data: { meanwhile: '' } } });
    await events.return();
  });

  it('read all anew when etcd has compacted what happened meanwhile, and tell what is gone', async () => {
    for (const name of ['kept-1', 'gone-1']) await make(name);
    await direct.patch(`${path}/kept-1`, { metadata: { labels: { set: 'compacted' } } });
    await direct.patch(`${path}/gone-1`, { metadata: { labels: { set: 'compacted' } } });
    const events = watch(client, { path, labelSelector: 'set=compacted' });
    expect(await take(events, 3)).toEqual(['gone-1', 'kept-1', 'synced']);
    const next = take(events, 3);
    gate.shut();
    await remove('gone-1');
    await make('new-1');
    await direct.patch(`${path}/new-1`, { metadata: { labels: { set: 'compacted' } } });
    await compact();
    gate.open();
    expect(await next).toEqual(['-gone-1', 'new-1', 'synced']);
    await set('kept-1', 'later');
    expect(await take(events, 1)).toEqual(['kept-1']);
    await events.return();
  });

  it('say what was waited for when the time is over, and what stood in the way', async () => {
    const until = (deadlineMs: number) =>
      watchUntil(client, { path, name: 'a' }, has('never'), { deadlineMs, what: 'the change of a' });
    await expect(until(300)).rejects.toMatchObject({
      code: 'KUBERNETES_TIMEOUT',
      message: 'the change of a was not done within 0.3 s',
      hint: expect.stringContaining('kubectl') as string,
    });
    gate.shut();
    await expect(until(300)).rejects.toMatchObject({
      code: 'KUBERNETES_TIMEOUT',
      hint: expect.stringContaining('cannot be reached') as string,
    });
    gate.open();
  });

  it('end at once when they are cancelled', async () => {
    const cancel = new AbortController();
    const waiting = watchUntil(client, { path, name: 'a' }, has('never'), {
      deadlineMs: 60_000,
      cancel: cancel.signal,
    });
    cancel.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  /** Takes away all changes up to now (etcd API, `/v3/kv/compaction`). */
  async function compact(): Promise<void> {
    const call = async (method: string, body: unknown): Promise<{ readonly header: { readonly revision: string } }> => {
      const answer = await fetch(`${kubernetes.store}/v3/kv/${method}`, { method: 'POST', body: JSON.stringify(body) });
      expect(answer.status).toBe(200);
      return (await answer.json()) as never;
    };
    const { header } = await call('range', { key: 'AA==' });
    await call('compaction', { revision: header.revision, physical: true });
  }
});

async function take(events: AsyncIterator<WatchEvent>, count: number): Promise<readonly string[]> {
  const words: string[] = [];
  while (words.length < count) words.push(wordsOf(await events.next()));
  return words;
}

function wordsOf({ value }: IteratorResult<WatchEvent, unknown>): string {
  const event = value as WatchEvent;
  if (event.type === 'synced') return 'synced';
  return event.type === 'gone' ? `-${event.name}` : event.object.metadata.name;
}
