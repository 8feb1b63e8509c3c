import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@sealift/kubernetes/object';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bench, missingPeer, oldTemplate, startBench } from '../cluster/testing/bench.ts';
import { loadObjects, type LoadedRecord } from './load-objects.ts';
import { objectsPort } from './objects-port.ts';

// An API server takes some ten seconds to start on an idle machine, and each test starts one.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const cancel = new AbortController().signal;

describe.skipIf(missingPeer !== undefined)(
  `objects of a backup in an API server that is thrown away${missingPeer ? ` (${missingPeer.remedy})` : ''}`,
  () => {
    let bench: Bench;
    let folder: string;
    let records: readonly LoadedRecord[];

    beforeAll(async () => {
      // A short path: it holds a socket.
      folder = await mkdtemp(join(tmpdir(), 's'));
      bench = await startBench('v1beta2');
      const { sample } = await bench.sample('loaded');
      await sample.create('Cluster', 'c1', { controlPlaneRef: sample.reference('KubeadmControlPlane', 'c1-cp') });
      await sample.template('old', oldTemplate);
      await sample.controlPlane(1, 'v1.36.3', 'old');
      await sample.deployment('md', 1, 'v1.36.3', 'old');
      await sample.set('md-a', 'md', 'v1.36.3', 'old');
      const from = { name: 'old', template: oldTemplate };
      const owner = { kind: 'MachineSet', name: 'md-a' } as const;
      await sample.machine({ name: 'm1', owner, version: 'v1.36.3', from, kubelet: 'v1.36.3' });
      await bench.api.create('/api/v1/namespaces/loaded/secrets', {
        metadata: { name: 'c1-kubeconfig', labels: { 'cluster.x-k8s.io/cluster-name': 'c1' } },
        data: { value: 'eA==' },
      });
      const enterprise = () => Promise.resolve(bench.objects);
      const all = await objectsPort({ enterprise, management: undefined, template: async () => null }).all(cancel);
      records = all.filter((one) => one.record === 'object' || one.record === 'definition');
    });
    afterAll(async () => {
      await bench?.close();
      await rm(folder, { recursive: true, force: true });
    });

    const programs = () => ({ etcd: peer('etcd').path, kubeApiserver: peer('kube-apiserver').path });
    const load = (changed: readonly LoadedRecord[]) =>
      loadObjects({ reference: 'b', records: changed }, programs(), { folder, cancel });
    /** The records with one object changed. */
    const changing = (kind: string, change: (object: KubeObject) => object): LoadedRecord[] =>
      records.map((one) =>
        one.record === 'object' && one.object.kind === kind
          ? { ...one, object: change(one.object as KubeObject) as LoadedRecord['object'] }
          : one,
      );

    it('come back alike, with owners and status, by the definitions that they had', async () => {
      const objects = records.filter(({ record }) => record === 'object');
      const kinds = new Set(objects.map(({ object }) => object.kind));
      for (const kind of ['Cluster', 'Machine', 'KubeadmControlPlane', 'Secret', 'Namespace'])
        expect(kinds).toContain(kind);
      expect(records.some(({ record }) => record === 'definition')).toBe(true);
      expect(await load(records)).toBe(objects.length);
      expect(await readdir(folder)).toEqual([]);
    });

    it('are no proof where one is refused, and where one comes back without a field', async () => {
      const refused = changing('Machine', (object) => ({
        ...object,
        spec: { ...(object['spec'] as object), clusterName: 7 },
      }));
      const dropped = changing('MachineDeployment', (object) => ({
        ...object,
        spec: { ...(object['spec'] as object), lost: 'x' },
      }));
      const both = refused.map((one, at) => (one === records[at] ? (dropped[at] ?? one) : one));
      await expect(load(both)).rejects.toMatchObject({
        code: 'BACKUP_NOT_PROVEN',
        message: expect.stringMatching(
          /Machine .*m1 is refused: .*MachineDeployment .*md came back without .*spec\.lost|spec\.lost.*m1 is refused/s,
        ),
      });
      expect(await readdir(folder)).toEqual([]);
    });

    it('are not loaded with a program that is none, which is named', async () => {
      const wrong = { ...programs(), kubeApiserver: '/bin/false' };
      const loading = loadObjects({ reference: 'b', records }, wrong, { folder, cancel });
      await expect(loading).rejects.toMatchObject({ code: 'REHEARSAL_PROGRAM_FAILED', place: '/bin/false' });
      expect(await readdir(folder)).toEqual([]);
    });
  },
);
