import type { MigrateClaim } from '@sealift/core/release';
import { KubernetesClient } from '@sealift/kubernetes/client';
import type { KubeObject } from '@sealift/kubernetes/object';
import { Objects } from '@sealift/kubernetes/objects';
import { peer } from '@sealift/testkit/peers';
import { type Management, startManagement } from '@sealift/testkit/site/management/start-management';
import { waitUntil } from '@sealift/testkit/wait-until';
import { declaredContract } from '@sealift/upgrade/ports/contract/declared';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { declaredPort } from './declared-port.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 300_000 });

const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
const missing = programs.map((name) => peer(name)).find((one) => one.missing);
const never = new AbortController().signal;
const namespace = 'default';

describe.skipIf(missing !== undefined)(`a claim that is made anew${missing ? ` (${missing.remedy})` : ''}`, () => {
  let management: Management;
  let client: KubernetesClient;
  let objects: Objects;
  let next = 0;
  beforeAll(async () => {
    management = await startManagement({ clusterApi: false });
    client = await KubernetesClient.connect({ kubeconfig: management.kubeconfig, retryDelaysMs: [] });
    objects = new Objects(client);
    for (const name of ['slow', 'quick']) {
      const body = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name } };
      await objects.create({ ...body, provisioner: 'kubernetes.io/no-provisioner' });
    }
  });
  afterAll(async () => {
    client?.close();
    await management?.stop();
  });
  const port = (over: Objects = objects) => declaredPort(() => Promise.resolve(over));
  const claim = (name: string) =>
    objects.get({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name }) as Promise<
      (KubeObject & { spec: { volumeName?: string; accessModes: string[]; storageClassName?: string } }) | undefined
    >;
  const volume = (name: string) => objects.get({ apiVersion: 'v1', kind: 'PersistentVolume', name });
  const isBound = async (name: string) =>
    ((await claim(name))?.['status'] as { phase?: string } | undefined)?.phase === 'Bound';

  /** A claim that controllers have bound to a volume, and what is to become of it. */
  async function bound(source: object = { hostPath: { path: '/tmp/none' } }): Promise<MigrateClaim> {
    next += 1;
    const name = `files-${next}`;
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'slow' };
    await objects.create({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `volume-${next}` },
      spec: {
        ...spec,
        ...source,
        capacity: { storage: '1Gi' },
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { namespace, name },
      },
    });
    await objects.create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace, labels: { app: 'files' }, annotations: { 'meta.helm.sh/release-name': 'files' } },
      spec: { ...spec, resources: { requests: { storage: '1Gi' } } },
    });
    await waitUntil(`${name} to be bound`, () => isBound(name));
    const from: MigrateClaim['from'] = { accessModes: ['ReadWriteOnce'], storageClass: 'slow' };
    return {
      kind: 'migrate-claim',
      namespace,
      name,
      from,
      to: { accessModes: ['ReadWriteMany'], storageClass: 'quick' },
    };
  }

  async function finish(work: MigrateClaim, over: Objects = objects): Promise<void> {
    for (;;) {
      let state = '';
      await waitUntil(`${work.name} to have something to do`, async () => {
        ({ state } = await port(over).standing(work, never));
        return state !== 'wait';
      });
      if (state === 'done') return;
      await port(over).act(work, never);
    }
  }

  declaredContract('a cluster with controllers', async () => {
    const work = await bound();
    const { kind: _, from: __, to: ___, ...of } = work;
    return {
      port: { declared: port(), work: [work], query: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...of } },
    };
  });

  it('waits for the pods that use it, keeps its volume and what it was, and is made as it was when it goes back', async () => {
    const work = await bound();
    const before = await claim(work.name);
    const name = `user-${next}`;
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace } };
    await objects.create({
      ...pod,
      spec: {
        containers: [{ name: 'user', image: 'example/user:1' }],
        volumes: [{ name: 'files', persistentVolumeClaim: { claimName: work.name } }],
      },
    });
    expect(await port().standing(work, never)).toMatchObject({
      state: 'wait',
      wait: { level: 'blocked', what: expect.stringContaining(name), remedy: expect.stringContaining('down to 0') },
    });
    await port().act(work, never);
    expect((await claim(work.name))?.metadata).toMatchObject({ uid: before?.metadata.uid });
    expect((await claim(work.name))?.metadata.deletionTimestamp).toBeUndefined();
    await objects.delete({ apiVersion: 'v1', kind: 'Pod', name, namespace });
    await finish(work);
    const after = await claim(work.name);
    expect(after).toMatchObject({
      metadata: { labels: { app: 'files' }, annotations: { 'meta.helm.sh/release-name': 'files' } },
      spec: {
        accessModes: ['ReadWriteMany'],
        storageClassName: 'quick',
        volumeName: before?.spec.volumeName,
        resources: { requests: { storage: '1Gi' } },
      },
    });
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
    const kept = await volume(before?.spec.volumeName ?? '');
    expect(kept).toMatchObject({ spec: { persistentVolumeReclaimPolicy: 'Delete', hostPath: { path: '/tmp/none' } } });
    expect(Object.keys(kept?.metadata.annotations ?? {}).filter((one) => one.startsWith('sealift.dev'))).toEqual([]);
    await finish({ ...work, from: work.to, to: work.from });
    expect(await claim(work.name)).toMatchObject({
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'slow', volumeName: before?.spec.volumeName },
    });
  });

  it.each([1, 2, 3, 4, 5])(
    'is finished, or made as it was, by the next process after a cut at effect %i',
    async (at) => {
      for (const back of [false, true]) {
        const work = await bound();
        const { spec } = (await claim(work.name)) ?? {};
        const cut = cutting(objects, at);
        await expect(finish(work, cut)).rejects.toThrow('cut');
        const now = await volume(spec?.volumeName ?? '');
        // Never without its claim, and to be deleted.
        if ((await claim(work.name)) === undefined) {
          expect(now).toMatchObject({ spec: { persistentVolumeReclaimPolicy: 'Retain' } });
        }
        const wanted = back ? { ...work, from: work.to, to: work.from } : work;
        await finish(wanted);
        expect(await claim(work.name)).toMatchObject({
          spec: { accessModes: wanted.to.accessModes, volumeName: spec?.volumeName },
        });
        expect(await volume(spec?.volumeName ?? '')).toMatchObject({
          spec: { persistentVolumeReclaimPolicy: 'Delete' },
        });
      }
    },
  );

  it('says what to do where somebody made another claim of its name meanwhile', async () => {
    const work = await bound();
    // Its volume is kept, and it is gone.
    await expect(finish(work, cutting(objects, 3))).rejects.toThrow('cut');
    await objects.create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: work.name, namespace },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'quick',
        volumeName: 'another',
        resources: { requests: { storage: '1Gi' } },
      },
    });
    expect(await port().standing(work, never)).toMatchObject({
      state: 'wait',
      wait: { level: 'blocked', remedy: expect.stringContaining('is kept on volume-') },
    });
    await objects.delete({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: work.name, namespace });
    await finish(work);
  });

  const disk = {
    csi: {
      driver: 'csi.vsphere.vmware.com',
      volumeHandle: 'a',
      volumeAttributes: { type: 'vSphere CNS Block Volume' },
    },
  };
  it.each<[string, Partial<MigrateClaim>, RegExp, object | undefined]>([
    [
      'is otherwise than the release knows it',
      { from: { accessModes: ['ReadOnlyMany'] } },
      /knows it as ReadOnlyMany/,
      undefined,
    ],
    ['is not there', { name: 'nobody' }, /not there/, undefined],
    [
      'is to have a class that is not there',
      { to: { accessModes: ['ReadWriteOncePod'], storageClass: 'none' } },
      /no StorageClass none/,
      undefined,
    ],
    ['is on a disk, and to be shared', { to: { accessModes: ['ReadWriteMany'] } }, /is a disk/, disk],
    [
      'is of another driver than its class',
      { to: { accessModes: ['ReadWriteOncePod'], storageClass: 'quick' } },
      /of csi\.vsphere/,
      disk,
    ],
  ])('is left alone where it %s', async (_, other, reason, source) => {
    const work = { ...(await bound(source)), ...other };
    for (const ask of [() => port().standing(work, never), () => port().act(work, never)]) {
      await expect(ask()).rejects.toMatchObject({
        code: 'DECLARED_STEP_REFUSED',
        message: expect.stringMatching(reason),
      });
    }
  });
});

/** Objects whose n-th change is the last: it is done, and its answer lost. */
function cutting(objects: Objects, at: number): Objects {
  let changes = 0;
  const cut = <Call extends (...args: never[]) => Promise<unknown>>(call: Call): Call =>
    (async (...args: never[]) => {
      const done = await call(...args);
      changes += 1;
      if (changes >= at) throw new Error('cut');
      return done;
    }) as Call;
  return Object.assign(Object.create(objects) as Objects, {
    mergePatch: cut(objects.mergePatch.bind(objects)),
    create: cut(objects.create.bind(objects)),
    delete: cut(objects.delete.bind(objects)),
  });
}
