import type { FaultCase } from '../fault-case.ts';
import type { PreflightSite } from '../site/preflight-site.ts';

const days = (count: number): string => new Date(Date.now() + count * 86_400_000).toISOString();
const expiry = (at: string | null) => ({
  metadata: { annotations: { 'machine.cluster.x-k8s.io/certificates-expiry': at } },
});
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/** The Machine of a node says whether it is ready. */
export function nodeSays(name: string, status: 'True' | 'False') {
  return async ({ site }: PreflightSite) => {
    const others = ['BootstrapConfigReady', 'InfrastructureReady', 'EtcdMemberHealthy'].map((type) => ({
      type,
      status: 'True' as const,
    }));
    const message = status === 'True' ? '' : 'container runtime is down';
    await site.sample.status('Machine', name, { conditions: [...others, { type: 'NodeReady', status, message }] });
  };
}

/** Machines, their nodes, certificates and clocks. */
export const nodeCases: readonly FaultCase[] = [
  {
    check: 'nodes-ready',
    fault: 'a worker is not ready',
    seed: nodeSays('md-1', 'False'),
    expects: {
      state: 'block',
      object: 'node-md-1',
      evidence: 'container runtime is down',
      remedy: 'Bring these nodes back',
      also: ['rollouts-settled'],
    },
    remedy: nodeSays('md-1', 'True'),
    done: 'its container runtime is started',
  },
  {
    check: 'nodes-ready',
    fault: 'a node of the control plane is not ready',
    seed: nodeSays('cp-2', 'False'),
    expects: {
      state: 'block',
      object: 'node-cp-2',
      evidence: 'container runtime is down',
      remedy: 'Bring these nodes back',
      also: ['rollouts-settled'],
    },
    remedy: nodeSays('cp-2', 'True'),
    done: 'its container runtime is started',
  },
  {
    check: 'machines-accounted',
    fault: 'the VM of a machine was removed past Cluster API',
    seed: ({ site }) => site.vcenter.remove('md-2'),
    expects: {
      state: 'block',
      object: 'md-2',
      evidence: 'Machines without a virtual machine',
      remedy: 'Where they are gone, delete the Machines: others are made',
    },
    async remedy({ site }) {
      await site.removeMachine('md-2', { isVmGone: true });
      await site.addMachines(['md-2']);
    },
    done: 'the Machine is deleted, and another one is made',
  },
  {
    check: 'machines-accounted',
    fault: 'a VM that is no Machine is in the folder of the machines',
    seed: ({ site }) => site.vcenter.make(['stranger']),
    expects: {
      state: 'warn',
      object: '/DC0/vm/c1/stranger',
      evidence: 'virtual machines without a Machine',
      remedy: 'Remove what is left over, and move what belongs to others',
    },
    remedy: ({ site }) => site.vcenter.govc('object.mv', '/DC0/vm/c1/stranger', '/DC0/vm'),
    done: 'it is moved to its own folder',
    clean: ({ site }) => site.vcenter.remove('stranger', '/DC0/vm'),
  },
  {
    check: 'machines-accounted',
    fault: 'an address is claimed for a machine that is gone',
    seed: ({ site }) =>
      site.sample.create('IPAddressClaim', 'md-0-gone-0-0', {
        poolRef: { apiGroup: 'ipam.cluster.x-k8s.io', kind: 'InClusterIPPool', name: 'nodes' },
      }),
    expects: {
      state: 'warn',
      object: 'md-0-gone-0-0',
      evidence: 'claims of addresses without a machine',
      remedy: 'Remove what is left over',
    },
    remedy: ({ site }) => site.api.delete(site.sample.path('IPAddressClaim', 'md-0-gone-0-0')),
    done: 'the claim is removed',
  },
  {
    check: 'certificates',
    fault: 'certificates of a control-plane machine end tomorrow',
    seed: ({ site }) => site.sample.merge('Machine', 'cp-2', expiry(days(1))),
    expects: {
      state: 'block',
      object: 'Machine cp-2',
      evidence: /end at .*, in [01] days/,
      remedy: 'kubeadm certs renew all',
    },
    remedy: ({ site }) => site.sample.merge('Machine', 'cp-2', expiry(days(365))),
    done: 'they are renewed on the machine',
    clean: ({ site }) => site.sample.merge('Machine', 'cp-2', expiry('2099-01-01T00:00:00Z')),
  },
  {
    check: 'certificates',
    fault: 'certificates of a control-plane machine ended',
    seed: ({ site }) => site.sample.merge('Machine', 'cp-1', expiry(days(-3))),
    expects: { state: 'block', object: 'Machine cp-1', evidence: 'ended at', remedy: 'kubeadm certs renew all' },
    remedy: ({ site }) => site.sample.merge('Machine', 'cp-1', expiry('2099-01-01T00:00:00Z')),
    done: 'they are renewed on the machine',
  },
  {
    check: 'certificates',
    fault: 'certificates of a control-plane machine end in three weeks',
    seed: ({ site }) => site.sample.merge('Machine', 'cp-3', expiry(days(21))),
    expects: {
      state: 'warn',
      object: 'Machine cp-3',
      evidence: /end at .*, in 2[01] days/,
      remedy: 'kubeadm certs renew all',
    },
    remedy: ({ site }) => site.sample.merge('Machine', 'cp-3', expiry('2099-01-01T00:00:00Z')),
    done: 'they are renewed on the machine',
  },
  {
    check: 'certificates',
    fault: 'nobody tells when the certificates of a machine end',
    seed: ({ site }) => site.sample.merge('Machine', 'cp-3', expiry(null)),
    expects: {
      state: 'warn',
      object: 'Machine cp-3',
      evidence: 'nobody tells',
      remedy: 'kubeadm certs check-expiration',
    },
    remedy: ({ site }) => site.sample.merge('Machine', 'cp-3', expiry('2099-01-01T00:00:00Z')),
    done: 'the machine is asked, and what it says is noted at its Machine',
  },
  {
    check: 'node-clocks',
    fault: 'the clock of a node is a quarter of an hour ahead',
    seed: async ({ site }) => site.clock('node-md-1', 900_000),
    expects: {
      state: 'block',
      object: 'Node node-md-1',
      evidence: /its clock is about (?:89\d|900) s ahead/,
      remedy: 'NTP',
    },
    remedy: async ({ site }) => site.clock('node-md-1', 0),
    done: 'the clock is set from a time server',
  },
  {
    check: 'node-clocks',
    fault: 'the clock of a node is two minutes behind',
    seed: async ({ site }) => site.clock('node-cp-1', -120_000),
    expects: {
      state: 'warn',
      object: 'Node node-cp-1',
      evidence: /its clock is about 1[12]\d s behind/,
      remedy: 'NTP',
    },
    remedy: async ({ site }) => site.clock('node-cp-1', 0),
    done: 'the clock is set from a time server',
  },
  {
    check: 'node-clocks',
    fault: 'the kubelet of a ready node has no lease',
    seed: ({ site }) => site.api.delete(`${leases}/node-md-2`),
    expects: {
      state: 'warn',
      object: 'node-md-2',
      evidence: 'No lease tells the time',
      remedy: 'See kubectl get leases -n kube-node-lease',
    },
    remedy: ({ site }) =>
      site.api.create(leases, { metadata: { name: 'node-md-2' }, spec: { holderIdentity: 'node-md-2' } }),
    done: 'its kubelet makes the lease again',
  },
  {
    check: 'vcenter-clock',
    fault: 'the clock of the console’s machine is seven minutes behind',
    seed: async (site) => site.setMachineClock(-420_000),
    expects: {
      state: 'block',
      object: 'vCenter',
      evidence: /vCenter is 4[12]\d s ahead/,
      remedy: 'Set both from the same time server (NTP)',
      also: ['node-clocks'],
    },
    remedy: async (site) => site.setMachineClock(0),
    done: 'the clock is set from a time server',
  },
  {
    check: 'vcenter-clock',
    fault: 'the clock of the console’s machine is a minute ahead',
    seed: async (site) => site.setMachineClock(60_000),
    expects: {
      state: 'warn',
      object: 'vCenter',
      evidence: /vCenter is [56]\d s behind/,
      remedy: 'NTP',
      also: ['node-clocks'],
    },
    remedy: async (site) => site.setMachineClock(0),
    done: 'the clock is set from a time server',
  },
];
