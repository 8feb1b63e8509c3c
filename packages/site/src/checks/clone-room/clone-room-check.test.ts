import { Secret } from '@sealift/core/secret';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bench, missingPeer, oldTemplate, startBench } from '../../cluster/testing/bench.ts';
import { folder } from '../../cluster/testing/templates.ts';
import { VcenterSession } from '../../vcenter/session.ts';
import { cloneRoomCheck, type FoundRoom, judge } from './clone-room-check.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000 });

const gib = 2 ** 30;
const datastore = {
  ref: { type: 'Datastore', value: 'ds-1' },
  name: 'fast',
  path: '/DC0/datastore/fast',
  usable: true,
};
const found = (freeGiB: number, over: Partial<FoundRoom> = {}): FoundRoom => ({
  groups: [
    {
      phase: 'workers',
      owner: 'MachineDeployment md',
      datastore: 'ds-1',
      room: { leastBytes: 10 * gib, mostBytes: 40 * gib },
      least: 1,
      most: 3,
    },
  ],
  datastores: [{ ...datastore, freeBytes: freeGiB * gib }],
  unknown: [],
  ...over,
});

describe('what the room of a datastore means', () => {
  it.each([
    [200, 'pass', 'fast has 200.0 GiB free, and up to 120.0 GiB are taken for a time'],
    [
      50,
      'warn',
      'datastore fast has 50.0 GiB free; new machines of MachineDeployment md may take up to 120.0 GiB before the old ones are gone',
    ],
    [9, 'block', 'datastore fast has 9.0 GiB free; new machines of MachineDeployment md take 10.0 GiB'],
  ])('with %i GiB free is %s', (free, outcome, detail) => {
    expect(judge(found(free))).toMatchObject({ outcome, detail });
  });

  it('needs none for machines that take none, whatever a count of thin disks comes to', () => {
    const taking = found(-5);
    const groups = taking.groups.map((group) => ({ ...group, room: { leastBytes: 0, mostBytes: 0 } }));
    expect(judge({ ...taking, groups })).toMatchObject({ outcome: 'pass' });
    expect(judge(taking)).toMatchObject({ outcome: 'block', detail: expect.stringContaining('has 0') });
  });

  it('blocks on a datastore that is in maintenance or out of reach, however much is free', () => {
    const datastores = [{ ...datastore, usable: false, freeBytes: 900 * gib }];
    expect(judge(found(0, { datastores }))).toMatchObject({
      outcome: 'block',
      detail: expect.stringContaining('in maintenance'),
    });
  });

  it('blocks by the datastore, which a person may accept, and warns of what is not known', () => {
    const finding = judge(found(9, { unknown: [{ place: 'MachineDeployment other', text: 'names none' }] }));
    expect(finding).toMatchObject({
      risk: { objects: ['datastore fast'] },
      remedy: expect.stringContaining('Free room'),
    });
    expect(finding.items?.map(({ place }) => place)).toEqual(['datastore fast', 'MachineDeployment other']);
    const unknown = judge(found(200, { unknown: [{ place: 'MachineDeployment other', text: 'names none' }] }));
    expect(unknown).toMatchObject({ outcome: 'warn', detail: 'Not known of MachineDeployment other names none' });
  });
});

describe.skipIf(missingPeer !== undefined)(
  `the room for machines of a rollout in a real vCenter simulator${missingPeer ? ` (${missingPeer.remedy})` : ''}`,
  () => {
    let bench: Bench;
    let session: VcenterSession;
    beforeAll(async () => {
      bench = await startBench('v1beta2');
      const { url, username, password, caFile } = bench.vcenter;
      session = new VcenterSession({ url, username, password: new Secret(password), caFile });
    }, 180_000);
    afterAll(async () => {
      await session?.close();
      await bench?.close();
    });

    const none = () => Promise.resolve<number | undefined>(undefined);
    const rolled = { nodes: true, controlPlaneRollouts: 1, workerRollouts: 1, imageBytes: none };
    /** Looks at a Cluster of its own whose machines are made from such a template. */
    async function look(namespace: string, template: Readonly<Record<string, unknown>>, needs = rolled) {
      const { sample } = await bench.sample(namespace);
      await sample.create('Cluster', 'c1', {
        infrastructureRef: sample.reference('VSphereCluster', 'c1'),
        controlPlaneRef: sample.reference('KubeadmControlPlane', 'c1-cp'),
        controlPlaneEndpoint: { host: '127.0.0.1', port: 6443 },
      });
      await sample.template('old', `${folder}/${oldTemplate}`, template);
      await sample.controlPlane(3, 'v1.36.3', 'old');
      await sample.deployment('md', 4, 'v1.36.3', 'old');
      const cluster = { namespace, name: 'c1' };
      const sides = {
        objects: async () => bench.objects,
        vcenter: () => session.client(),
        cluster,
        places: {},
      };
      return await cloneRoomCheck(sides, needs);
    }
    const machine = { datastore: 'LocalDS_0', datacenter: 'DC0', diskGiB: 1, memoryMiB: 1024 };

    it('is enough for small machines: of all workers once more, as they go slowly', async () => {
      const check = await look('room-small', machine);
      expect(check).toMatchObject({ name: 'clone-room', outcome: 'pass' });
      expect(check.detail).toMatch(/^LocalDS_0 has [\d.]+ GiB free, and up to 8\.0 GiB are taken for a time$/);
    });

    it('is warned of where disks as large as are asked for would not fit, by the datastore and its owners', async () => {
      const check = await look('room-large', { ...machine, diskGiB: 1_000_000 });
      expect(check).toMatchObject({ outcome: 'warn', remedy: expect.stringContaining('Free room') });
      expect(check.detail).toMatch(
        /^datastore LocalDS_0 has .* KubeadmControlPlane c1-cp, MachineDeployment md may take up to/,
      );
    });

    it.each<[string, string, Readonly<Record<string, unknown>>, RegExp]>([
      [
        'a datastore that vCenter does not have',
        'room-datastore',
        { ...machine, datastore: 'nowhere' },
        /vCenter has no datastore nowhere/,
      ],
      [
        'a storage policy',
        'room-policy',
        { datacenter: 'DC0', storagePolicyName: 'gold' },
        /storage policy gold chooses/,
      ],
      ['a datacenter that vCenter does not have', 'room-datacenter', { ...machine, datacenter: 'DC7' }, /DC7/],
    ])('is not known with %s, which keeps nobody from the upgrade', async (_what, namespace, template, detail) => {
      const check = await look(namespace, template);
      expect(check).toMatchObject({ outcome: 'warn', detail: expect.stringMatching(detail) });
      expect(check.items?.map(({ place }) => place)).toEqual(['KubeadmControlPlane c1-cp', 'MachineDeployment md']);
    });

    it('is that of a new template too, where this is made on the same datastore', async () => {
      const needs = { ...rolled, imageBytes: () => Promise.resolve(2 * gib) };
      expect((await look('room-template', machine, needs)).detail).toMatch(/and up to 16\.0 GiB are taken for a time$/);
      const large = { ...rolled, imageBytes: () => Promise.resolve(10 ** 15) };
      expect(await look('room-no-template', machine, large)).toMatchObject({
        outcome: 'block',
        detail: expect.stringContaining('the new template and new machines of KubeadmControlPlane c1-cp'),
      });
    });

    it('is not asked for where no machine is replaced', async () => {
      const quiet = { nodes: false, controlPlaneRollouts: 0, workerRollouts: 0, imageBytes: none };
      expect(await look('room-quiet', machine, quiet)).toMatchObject({
        outcome: 'pass',
        detail: 'No machine is replaced',
      });
    });
  },
);
