import { seenWaitSchema, waitingFor } from '@sealift/core/upgrade';
import { describe, expect, it } from 'vitest';
import { type MachineSketch, type Said, sketchState, type StateSketch } from '../testing/sample-state.ts';
import { hookAnnotations } from './hooks.ts';
import { type OwnerAround, ownerWaits } from './owner-wait.ts';
import { viewsOf } from './view.ts';

const going = '2026-11-28T12:00:00.000Z';
const now = new Date('2026-11-28T12:30:00Z');

function waits(
  sketch: StateSketch,
  group: 'control-plane' | 'workers' = 'control-plane',
  around: Partial<OwnerAround> = {},
) {
  const state = sketchState(sketch);
  const [view] = viewsOf(state, group);
  if (view === undefined) throw new Error('no owner');
  const all = ownerWaits(view, {
    cluster: state.cluster,
    templateThere: true,
    claims: [],
    etcd: { pods: [] },
    disks: new Map(),
    managers: [],
    now,
    ...around,
  });
  for (const wait of all) seenWaitSchema.parse(wait);
  return all;
}
const first = (...given: Parameters<typeof waits>) => waits(...given)[0];

const old: readonly MachineSketch[] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
const comes = (said: readonly Said[], more: Partial<MachineSketch> = {}): readonly MachineSketch[] => [
  ...old,
  { name: 'd', isNew: true, kubelet: null, said, ...more },
];
const leaves = (reason: string, message = '', more: Partial<MachineSketch> = {}): readonly MachineSketch[] => [
  { name: 'a', deleting: going, said: [['Deleting', 'True', reason, message, '2026-11-28T12:10:00Z']], ...more },
  { name: 'b' },
  { name: 'c' },
  { name: 'd', isNew: true },
];

describe('nothing moves', () => {
  it('in a paused cluster, and what comes next is no news then', () => {
    const wait = first({ machines: old, paused: true });
    expect(wait).toMatchObject({ level: 'blocked', object: { kind: 'Cluster', name: 'c1' } });
    expect(wait?.remedy).toContain('"paused":false');
  });

  it('where the owner alone is paused', () => {
    const byAnnotation = { annotations: { 'cluster.x-k8s.io/paused': '' } };
    expect(first({ machines: old, owner: byAnnotation })).toMatchObject({ level: 'blocked', object: { name: 'cp' } });
    expect(first({ machines: old, owner: byAnnotation }, 'workers')).toMatchObject({ object: { name: 'md' } });
    expect(first({ machines: [], owner: { spec: { paused: true } } }, 'workers')?.what).toContain('md is paused');
  });

  it('where the machine template is not there, which no condition tells', () => {
    const wait = first({ machines: old, owner: { observed: false } }, 'control-plane', { templateThere: false });
    expect(wait).toMatchObject({ level: 'blocked', object: { kind: 'VSphereMachineTemplate', name: 'new' } });
  });

  it('before the controller has seen the change, whatever its conditions say', () => {
    const said: readonly Said[] = [['RollingOut', 'False']];
    expect(first({ machines: old, owner: { observed: false, said } })?.what).toContain('has not taken it up yet');
  });

  it('while a manager of Cluster API is away, whatever else was said last', () => {
    const managers = [waitingFor('no pod of Deployment x is available', { remedy: 'Look at its pods.' })];
    const machines = comes([['InfrastructureReady', 'False', 'NotReady']]);
    for (const group of ['control-plane', 'workers'] as const) {
      expect(first({ machines }, group, { managers })?.what).toBe('no pod of Deployment x is available');
    }
    const done = ['d', 'e', 'f'].map((name) => ({ name, isNew: true }));
    expect(waits({ machines: done }, 'control-plane', { managers })).toEqual([]);
  });

  it('of what is replaced only by hand', () => {
    const machines = old.map((one) => ({ ...one, set: 'old' }));
    const owner = { spec: { rollout: { strategy: { type: 'OnDelete' } } } };
    const sets = [{ name: 'old', template: 'old' }];
    expect(first({ machines, owner, sets }, 'workers')).toMatchObject({ level: 'blocked' });
    expect(first({ machines, sets }, 'workers')).toMatchObject({ level: 'moving' });
  });
});

describe('a machine that comes', () => {
  it('waits for its bootstrap data', () => {
    expect(
      first({ machines: comes([['BootstrapConfigReady', 'False', 'NotReady', 'waiting for a lock']]) })?.what,
    ).toBe('d waits for its bootstrap data: waiting for a lock');
  });

  it.each([
    ['older', [['Ready', 'False', 'CloneFailed', "vm 'x' not found"]]],
    ['older, by the name of the provider', [['VMProvisioned', 'False', 'CloningFailed', 'no room']]],
    [
      'newer',
      [
        ['Ready', 'False', 'NotReady', '* VirtualMachineProvisioned: unable to find template'],
        ['VirtualMachineProvisioned', 'False', 'NotProvisioned', 'unable to find template by name "x"'],
      ],
    ],
  ] as const)('cannot be cloned, in the words of the provider (%s)', (_, infrastructure) => {
    const wait = first({ machines: comes([['InfrastructureReady', 'False', 'NotReady']], { infrastructure }) });
    expect(wait).toMatchObject({
      level: 'blocked',
      object: { kind: 'Machine', name: 'd' },
      reference: infrastructure.at(-1)?.[3],
    });
    expect(wait?.what).toContain('/DC0/vm/spectro-templates/r_new');
  });

  it('is being cloned', () => {
    const infrastructure: readonly Said[] = [['VirtualMachineProvisioned', 'False', 'WaitingForClone']];
    const wait = first({ machines: comes([['InfrastructureReady', 'False', 'NotReady']], { infrastructure }) });
    expect(wait).toMatchObject({ level: 'moving', since: '2026-11-28T11:00:00.000Z' });
    expect(wait?.what).toContain('is being made');
  });

  it('waits for an address that its pool does not give', () => {
    const claims = [
      { name: 'e-0-0', isBound: false, pool: 'InClusterIPPool x', createdAt: going, message: '' },
      { name: 'd-0-0', isBound: false, pool: 'InClusterIPPool nodes', createdAt: going, message: 'pool exhausted' },
    ];
    const machines = comes([['InfrastructureReady', 'False', 'NotReady']]);
    const wait = first({ machines }, 'control-plane', { claims });
    expect(wait).toMatchObject({ level: 'blocked', since: going, object: { kind: 'IPAddressClaim', name: 'd-0-0' } });
    expect(wait?.what).toContain('InClusterIPPool nodes (pool exhausted)');
    const bound = claims.map((claim) => ({ ...claim, isBound: true }));
    expect(first({ machines }, 'control-plane', { claims: bound })?.what).not.toContain('InClusterIPPool');
  });

  it('has a VM whose node has not joined, then one that is not ready', () => {
    const up: readonly Said[] = [
      ['BootstrapConfigReady', 'True'],
      ['InfrastructureReady', 'True', '', '', '2026-11-28T12:05:00Z'],
    ];
    const wait = first({ machines: comes(up) });
    expect(wait?.what).toContain('has not joined');
    expect(wait?.since).toBe('2026-11-28T12:05:00.000Z');
    const unready: readonly Said[] = [...up, ['NodeReady', 'False', 'NotReady', 'cni plugin not initialized']];
    expect(first({ machines: comes(unready, { kubelet: 'v1.37.2' }) })).toMatchObject({
      what: 'the node node-d of d is not ready yet: cni plugin not initialized',
      object: { kind: 'Machine', name: 'd' },
      remedy: expect.stringContaining('kubectl describe node node-d'),
    });
  });

  it('has failed for good', () => {
    expect(first({ machines: comes([], { status: { phase: 'Failed' } }) })).toMatchObject({ level: 'blocked' });
  });

  it('came back with another version, which is a failure and comes before all else', () => {
    const machines = comes([['NodeReady', 'True']], { kubelet: 'v1.36.3' });
    const wait = first({ machines, paused: true });
    expect(wait).toMatchObject({ level: 'failed', object: { kind: 'Machine', name: 'd' } });
    expect(wait?.what).toContain('made for Kubernetes v1.37.2, and its node node-d runs v1.36.3');
  });
});

describe('etcd', () => {
  const partOf = (said: readonly Said[], isNew = false): StateSketch => ({
    machines: [{ name: 'b', isNew, said: [['NodeReady', 'True'], ...said] }, { name: 'a' }, { name: 'c' }],
  });
  const member = (status: string, since: string, isNew = false): StateSketch =>
    partOf([['EtcdMemberHealthy', status, 'x', 'no answer', since]], isNew);

  it('that flickers in a step is no more than a wait', () => {
    expect(first(member('Unknown', '2026-11-28T12:29:30Z'))).toMatchObject({ level: 'moving' });
    const owner = { said: [['EtcdClusterHealthy', 'False', 'NotHealthy', '* Machine a'] as Said] };
    expect(waits({ machines: old, owner }).every(({ level }) => level === 'moving')).toBe(true);
  });

  it('of a machine that ran before, and is not well for long, blocks and is named', () => {
    const wait = first(member('Unknown', '2026-11-28T12:20:00Z'));
    expect(wait).toMatchObject({
      level: 'blocked',
      object: { kind: 'Machine', name: 'b' },
      since: '2026-11-28T12:20:00.000Z',
    });
    expect(wait?.what).toContain('is not known to be healthy: no answer');
    expect(first(member('False', '2026-11-28T12:20:00Z'))?.what).toContain('is not healthy');
  });

  it('whose process does not run is named, as other parts of a control plane are', () => {
    const well: Said = ['EtcdMemberHealthy', 'True'];
    const parts: readonly (readonly [string, string])[] = [
      ['EtcdPodHealthy', 'the etcd pod of b is not healthy: CrashLoopBackOff'],
      ['APIServerPodHealthy', 'the API server of b is not healthy: CrashLoopBackOff'],
    ];
    for (const [type, what] of parts) {
      const said: readonly Said[] = [well, [type, 'False', 'PodFailed', 'CrashLoopBackOff', '2026-11-28T12:29:30Z']];
      expect(first(partOf(said))).toMatchObject({
        what,
        object: { kind: 'Machine', name: 'b' },
        since: '2026-11-28T12:29:30.000Z',
        remedy: expect.stringContaining('kubectl -n kube-system logs'),
      });
    }
  });

  describe('whose kubelet says that it is not ready', () => {
    const pod = (node: string, since: string, level: 'stalled' | 'blocked' = 'stalled') => ({
      name: `etcd-${node}`,
      image: '',
      apiServer: null,
      node,
      trouble: waitingFor(`Pod kube-system/etcd-${node} has a container that failed`, {
        since,
        level,
        remedy: 'Read why.',
      }),
    });
    const etcd = {
      pods: [
        { name: 'etcd-node-a', node: 'node-a', trouble: null, image: '', apiServer: null },
        pod('node-b', '2026-11-28T12:29:50Z'),
      ],
    };
    const rolling = comes([['InfrastructureReady', 'False', 'NotReady']]);

    it('is named before Cluster API says it, and before what the rollout does meanwhile', () => {
      expect(first({ machines: rolling }, 'control-plane', { etcd })).toMatchObject({
        what: 'the etcd member of b is not healthy: Pod kube-system/etcd-node-b has a container that failed',
        level: 'moving',
        object: { kind: 'Machine', name: 'b' },
        since: '2026-11-28T12:29:50Z',
        remedy: expect.stringContaining('Read why. Cluster API goes on by itself'),
      });
      const comesFirst = rolling.toReversed();
      expect(first({ machines: comesFirst }, 'control-plane', { etcd })?.object).toMatchObject({ name: 'b' });
    });

    it('blocks once that lasts, and is never a failure', () => {
      const lasting = { pods: [pod('node-b', '2026-11-28T12:20:00Z')] };
      expect(first({ machines: rolling }, 'control-plane', { etcd: lasting })).toMatchObject({ level: 'blocked' });
    });

    it('blocks at once where its node cannot go on by itself, also on a machine that has just come', () => {
      const machines = ['d', 'e', 'f'].map((name) => ({ name, isNew: true }));
      const stuck = { pods: [pod('node-e', '2026-11-28T12:29:50Z', 'blocked')] };
      expect(first({ machines }, 'control-plane', { etcd: stuck })).toMatchObject({ level: 'blocked' });
    });

    it('is waited for where Cluster API holds the rollout for done', () => {
      const machines = ['b', 'e', 'f'].map((name) => ({ name, isNew: true }));
      expect(first({ machines }, 'control-plane', { etcd })).toMatchObject({ object: { kind: 'Machine', name: 'b' } });
      expect(waits({ machines }, 'control-plane', { etcd: { pods: [] } })).toEqual([]);
    });
  });

  it('that cannot be read is said, hides nothing, and holds up nothing', () => {
    const etcd = { unread: 'no answer within 3 s' };
    const all = waits({ machines: old }, 'control-plane', { etcd });
    expect(all[0]).toMatchObject({
      what: 'the etcd pods of KubeadmControlPlane cp cannot be read: no answer within 3 s',
      level: 'moving',
    });
    const rolling = comes([['InfrastructureReady', 'False', 'NotReady']]);
    expect(first({ machines: rolling }, 'control-plane', { etcd })?.what).toContain('is being made');
    const done = ['d', 'e', 'f'].map((name) => ({ name, isNew: true }));
    expect(waits({ machines: done }, 'control-plane', { etcd })).toEqual([]);
    expect(waits({ machines: [] }, 'workers', { etcd }).some(({ what }) => what.includes('etcd'))).toBe(false);
  });

  it('of a machine that has just come is waited for', () => {
    expect(first(member('Unknown', '2026-11-28T12:20:00Z', true))).toMatchObject({ level: 'moving' });
  });
});

describe('a machine that is taken away', () => {
  const budget =
    "Drain not completed yet (started at 2026-11-28T12:10:00Z):\n* Pods shop/app-1, shop/app-2: cannot evict pod as it would violate the pod's disruption budget. The disruption budget app needs 3 healthy pods and has 3 currently";

  it('is stopped by a disruption budget, whose sum is told, with pods, since when and what to do', () => {
    const machines = leaves('DrainingNode', budget, {
      status: { deletion: { nodeDrainStartTime: '2026-11-28T12:09:00Z' } },
    });
    const wait = first({ machines });
    expect(wait).toMatchObject({
      level: 'blocked',
      since: '2026-11-28T12:09:00.000Z',
      object: { kind: 'Machine', name: 'a' },
      reference: budget,
    });
    expect(wait?.what).toBe(
      'a cannot be drained: the disruption budget app needs 3 healthy pods and has 3, so 0 may go; 1 more has to be healthy first (shop/app-1, shop/app-2)',
    );
    expect(wait?.remedy).toContain('kubectl -n shop get pdb app');
  });

  it('is stopped by one that has too few already', () => {
    const message = budget.replace('has 3 currently', 'has 1 currently');
    expect(first({ machines: leaves('DrainingNode', message) })?.what).toContain(
      'so 0 may go; 3 more have to be healthy',
    );
  });

  it('is drained while pods end', () => {
    const message =
      'Drain not completed yet (started at x):\n* Pod shop/app-1: deletionTimestamp set, but still not removed from the Node';
    const wait = first({ machines: leaves('DrainingNode', message) });
    expect(wait).toMatchObject({ level: 'moving' });
    expect(wait?.what).toContain('shop/app-1');
  });

  it('waits for its volumes, since that began', () => {
    const status = { deletion: { waitForNodeVolumeDetachStartTime: '2026-11-28T12:20:00Z' } };
    const wait = first({ machines: leaves('WaitingForVolumeDetach', '', { status }) });
    expect(wait).toMatchObject({ level: 'moving', since: '2026-11-28T12:20:00.000Z' });
  });

  it('is held by us while its successor is not well, and by others until they let go', () => {
    const hooked = { annotations: { [hookAnnotations.drain]: 'sealift' } };
    const machines = leaves('WaitingForPreDrainHook', '', hooked).map((one) =>
      one.name === 'd' ? { ...one, said: [['NodeReady', 'False'] as Said] } : one,
    );
    expect(waits({ machines }).map(({ what }) => what)).toContainEqual(
      expect.stringContaining('a is not drained yet: 2 of 3'),
    );
    expect(first({ machines: leaves('WaitingForPreDrainHook', '', hooked) })?.what).toBe('a is about to be drained');
    const foreign = {
      annotations: { ...hooked.annotations, 'pre-drain.delete.hook.machine.cluster.x-k8s.io/storage': 'x' },
    };
    const wait = first({ machines: leaves('WaitingForPreDrainHook', '', foreign) });
    expect(wait).toMatchObject({ level: 'blocked' });
    expect(wait?.what).toContain('cluster.x-k8s.io/storage');
    expect(wait?.what).not.toContain('/sealift');
  });

  it('is not deleted while a volume is on its VM, which is named with both', () => {
    const status = { deletion: { waitForPreTerminateHookStartTime: '2026-11-28T12:25:00Z' } };
    const hooked = { annotations: { [hookAnnotations.deletion]: 'sealift' }, status };
    const machines = leaves('WaitingForPreTerminateHook', '', hooked);
    const disks = { state: 'attached', vm: '/DC0/vm/a', disks: ['Hard disk 2 (6000C29e)'] } as const;
    const wait = first({ machines }, 'control-plane', { disks: new Map([['a', disks]]) });
    expect(wait).toMatchObject({
      what: 'the VM /DC0/vm/a of a is not deleted while a volume is on it: Hard disk 2 (6000C29e)',
      level: 'blocked',
      since: '2026-11-28T12:25:00.000Z',
      object: { kind: 'Machine', name: 'a' },
      remedy: expect.stringContaining('kubectl get volumeattachments'),
    });
    const unseen = { state: 'unseen', vm: '4211' } as const;
    const blind = first({ machines }, 'control-plane', { disks: new Map([['a', unseen]]) });
    expect(blind).toMatchObject({ level: 'blocked', remedy: expect.stringContaining(`${hookAnnotations.deletion}-`) });
    const none = new Map([['a', { state: 'none' } as const]]);
    expect(first({ machines }, 'control-plane', { disks: none })?.what).toBe('the VM of a is about to be deleted');
    const foreign = leaves('WaitingForPreTerminateHook', '', {
      annotations: {
        'pre-terminate.delete.hook.machine.cluster.x-k8s.io/kcp-cleanup': '',
        'pre-terminate.delete.hook.machine.cluster.x-k8s.io/backup': '',
      },
    });
    const other = first({ machines: foreign });
    expect(other).toMatchObject({ level: 'blocked' });
    expect(other?.what).toBe(
      'the VM of a is not deleted before somebody else allows it (pre-terminate.delete.hook.machine.cluster.x-k8s.io/backup)',
    );
  });

  it('is told of in every other step', () => {
    expect(first({ machines: leaves('WaitingForPreTerminateHook') })?.what).toContain(
      'etcd member of a is being removed',
    );
    expect(first({ machines: leaves('WaitingForInfrastructureDeletion') })?.what).toContain('VM of a is being deleted');
    expect(first({ machines: leaves('DeletingNode', 'Deleting Node') })?.what).toBe(
      'a is being taken away: Deleting Node',
    );
  });

  it('is told of since its deletion, also before Cluster API says anything of it', () => {
    const machines = leaves('WaitingForPreDrainHook').map((one) =>
      one.name === 'a'
        ? { ...one, said: [['Deleting', 'False', 'NotDeleting', '', '2026-01-01T00:00:00Z'] as Said] }
        : one,
    );
    expect(first({ machines })).toMatchObject({ what: 'a is being taken away', since: going });
  });

  it('for a rollout that is not as planned stays, and the plan is what blocks', () => {
    const wait = first({ machines: leaves('WaitingForPreDrainHook'), replicas: 4 });
    expect(wait).toMatchObject({ level: 'blocked', object: { kind: 'KubeadmControlPlane', name: 'cp' } });
  });
});

it('waits for nothing once everything is as wanted, even where it is paused', () => {
  const machines = ['d', 'e', 'f'].map((name) => ({ name, isNew: true }));
  expect(waits({ machines, paused: true })).toEqual([]);
});
