import type { KubeObject } from '@sealift/kubernetes/object';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Bench, type BenchCluster, missingPeer, oldTemplate, startBench } from '../cluster/testing/bench.ts';
import { clusterApiObjects } from './cluster-api-objects.ts';
import { restoreObjects } from './restore-objects.ts';
import { planRestore } from './restore-plan.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000 });

const never = new AbortController().signal;
const id = '7a0e2f9c-0000-4000-8000-000000000001';
let count = 0;

/** What an object says, without what is another for each one that is made. */
function told({ metadata, ...object }: KubeObject): unknown {
  const { uid: _, resourceVersion: _r, generation: _g, creationTimestamp: _c, managedFields: _m, ...kept } = metadata;
  const owners = kept.ownerReferences?.map(({ uid: _u, ...owner }) => owner);
  return { ...object, metadata: { ...kept, ...(owners === undefined ? {} : { ownerReferences: owners }) } };
}

describe.skipIf(missingPeer !== undefined)(
  `objects of Cluster API that are lost${missingPeer ? ` (${missingPeer.remedy})` : ''}`,
  () => {
    let bench: Bench;
    let cluster: BenchCluster;
    let namespace: string;
    beforeAll(async () => {
      bench = await startBench('v1beta2');
    }, 180_000);
    afterAll(() => bench?.close());

    const all = async (): Promise<readonly KubeObject[]> => {
      const found = await clusterApiObjects(bench.objects, never);
      return found.filter((object) => (object.metadata.namespace ?? object.metadata.name) === namespace);
    };

    beforeEach(async () => {
      namespace = `restore-${(count += 1)}`;
      cluster = await bench.sample(namespace);
      const { sample } = cluster;
      await sample.create('Cluster', 'c1', { controlPlaneRef: sample.reference('KubeadmControlPlane', 'c1-cp') });
      await sample.template('old', oldTemplate);
      await sample.controlPlane(1, 'v1.36.3', 'old');
      await sample.deployment('md', 1, 'v1.36.3', 'old');
      await sample.set('md-a', 'md', 'v1.36.3', 'old');
      const from = { name: 'old', template: oldTemplate };
      const owner = { kind: 'MachineSet', name: 'md-a' } as const;
      await sample.machine({ name: 'm1', owner, version: 'v1.36.3', from, kubelet: 'v1.36.3' });
      await bench.api.create(`/api/v1/namespaces/${namespace}/secrets`, {
        metadata: { name: 'c1-kubeconfig', labels: { 'cluster.x-k8s.io/cluster-name': 'c1' } },
        data: { value: 'eA==' },
      });
    });

    /** Everything of the namespace, its finalizers first, as nobody is there to act on them. */
    const lose = async (): Promise<void> => {
      for (const object of await all()) {
        if (object.kind === 'Namespace') continue;
        if (object.kind === 'ConfigMap') continue;
        await bench.objects.mergePatch({ ...object, ...object.metadata }, { metadata: { finalizers: null } }, never);
        await bench.objects.delete({ ...object, ...object.metadata }, { propagation: 'Orphan' }, never);
        await bench.objects
          .mergePatch({ ...object, ...object.metadata }, { metadata: { finalizers: null } }, never)
          .catch(() => undefined);
      }
    };
    const restore = async (backup: readonly KubeObject[]) =>
      await restoreObjects(cluster.cuts, await planRestore(cluster.cuts, backup, id, never), id, never);
    const isPaused = async () => (await cluster.sample.get('Cluster', 'c1'))?.['spec' as never];

    it('come back with owners, finalizers and status, and the Cluster paused before any of them', async () => {
      const backup = await all();
      await lose();
      expect((await all()).map(({ kind }) => kind)).not.toContain('Machine');
      const plan = await planRestore(bench.objects, backup, id, never);
      const order = plan.objects.filter(({ action }) => action === 'make').map(({ object }) => object.kind);
      expect(order.indexOf('Cluster')).toBeLessThan(order.indexOf('Machine'));
      const { made, lostOwners } = await restore(backup);
      expect(made).toHaveLength(order.length);
      expect(lostOwners).toEqual([]);
      expect(await isPaused()).toMatchObject({ paused: true });
      const after = await all();
      const without = (objects: readonly KubeObject[]) => objects.filter(({ kind }) => kind !== 'Cluster').map(told);
      expect(without(after)).toEqual(without(backup));
      // Owners are those that are there now.
      const uids = new Map(after.map(({ kind, metadata }) => [kind, metadata.uid]));
      const machine = after.find(({ kind }) => kind === 'Machine');
      expect(machine?.metadata.ownerReferences?.[0]?.uid).toBe(uids.get('MachineSet'));
      // Once more: the same end.
      expect(await restore(backup)).toMatchObject({ made: [] });
      expect((await all()).map(told)).toEqual(after.map(told));
    });

    it('come back whole wherever a restore was cut off', async () => {
      const backup = await all();
      await lose();
      let effects = 0;
      for (const when of ['before', 'after'] as const) {
        for (let at = 1; ; at += 1) {
          const cut = cluster.cuts.cut(when, at);
          const restored = await restore(backup).then(
            () => true,
            () => false,
          );
          cut.stop();
          if (restored) break;
          effects += 1;
        }
        const without = (objects: readonly KubeObject[]) => objects.filter(({ kind }) => kind !== 'Cluster').map(told);
        expect(without(await all())).toEqual(without(backup));
        await lose();
      }
      expect(effects).toBeGreaterThan(10);
    });

    it('stay as they are where they were changed since, and one that comes back has its Cluster paused first', async () => {
      const backup = await all();
      await cluster.sample.merge('MachineDeployment', 'md', { spec: { replicas: 3 } });
      await bench.objects.delete({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'c1-kubeconfig' }, {}, never);
      const plan = await planRestore(bench.objects, backup, id, never);
      const actions = Object.groupBy(plan.objects, ({ action }) => action);
      expect(actions.differs?.map(({ object }) => object.kind)).toEqual(['MachineDeployment']);
      expect(actions.make?.map(({ object }) => object.metadata.name)).toEqual(['c1-kubeconfig']);
      await restore(backup);
      expect(await isPaused()).not.toMatchObject({ paused: true });
      expect(await cluster.sample.get('MachineDeployment', 'md')).toMatchObject({ spec: { replicas: 3 } });
    });

    it('are not made while their Cluster is not paused', async () => {
      const backup = await all();
      await lose();
      const plan = await planRestore(bench.objects, backup, id, never);
      cluster.cuts.meanwhile = async (effects) => {
        if (effects > 4) await cluster.sample.merge('Cluster', 'c1', { spec: { paused: null } }).catch(() => undefined);
      };
      const restoring = restoreObjects(cluster.cuts, plan, id, never);
      await expect(restoring).rejects.toMatchObject({ code: 'RESTORE_NOT_PAUSED' });
      cluster.cuts.meanwhile = undefined;
    });

    it('of a kind that the cluster does not know are told before anything is made', async () => {
      const unknown = { apiVersion: 'x.cluster.x-k8s.io/v1', kind: 'Thing', metadata: { name: 't', namespace } };
      const planning = planRestore(bench.objects, [...(await all()), unknown], id, never);
      await expect(planning).rejects.toMatchObject({
        code: 'RESTORE_KINDS_MISSING',
        message: expect.stringContaining('Thing of x.cluster.x-k8s.io/v1'),
      });
    });
  },
);
