import type { Difference } from './difference.ts';
import { folders } from '../site/vcenter-machines.ts';

const certificates = 'machine.cluster.x-k8s.io/certificates-expiry';
const far = '2099-01-01T00:00:00Z';

/** Machines, nodes, and what vCenter has of them. */
export const machineDifferences: readonly Difference[] = [
  {
    name: 'more workers',
    async make({ site }, pick) {
      const names = Array.from({ length: 1 + pick(2) }, (_, index) => `md-${3 + index}`);
      await site.addMachines(names);
      await site.sample.merge('MachineDeployment', 'md', { spec: { replicas: 2 + names.length } });
      await site.sample.status('MachineDeployment', 'md', {});
      return async () => {
        await site.sample.merge('MachineDeployment', 'md', { spec: { replicas: 2 } });
        await site.sample.status('MachineDeployment', 'md', {});
        for (const name of names) await site.removeMachine(name);
      };
    },
  },
  {
    name: 'certificates that end some months from now',
    async make({ site }, pick) {
      const set = (name: string, at: string) =>
        site.sample.merge('Machine', name, { metadata: { annotations: { [certificates]: at } } });
      for (const name of ['cp-1', 'cp-2', 'cp-3'])
        await set(name, new Date(Date.now() + (40 + pick(3000)) * 86_400_000).toISOString());
      return async () => {
        for (const name of ['cp-1', 'cp-2', 'cp-3']) await set(name, far);
      };
    },
  },
  {
    name: 'clocks that are some seconds apart',
    async make({ site }, pick) {
      const nodes = ['node-cp-1', 'node-md-1', 'node-md-2'];
      for (const node of nodes) site.clock(node, pick(20_000) - 10_000);
      return async () => {
        for (const node of nodes) site.clock(node, 0);
      };
    },
  },
  {
    name: 'nodes with labels, annotations and addresses of both families',
    async make({ api }, pick) {
      const path = '/api/v1/nodes/node-md-1';
      const zone = `zone-${pick(9)}`;
      await api.merge(path, { metadata: { labels: { zone }, annotations: { 'example.com/rack': zone } } });
      const addresses = ['10.0.0.7', 'fd00::7'].map((address) => ({ type: 'InternalIP', address }));
      await api.merge(`${path}/status`, { status: { addresses } });
      return async () => {
        await api.merge(path, { metadata: { labels: { zone: null }, annotations: { 'example.com/rack': null } } });
        await api.merge(`${path}/status`, { status: { addresses: null } });
      };
    },
  },
  {
    name: 'taints of the control plane, and of one worker of several',
    async make({ api }) {
      const taint = (node: string, taints: readonly object[] | null) =>
        api.merge(`/api/v1/nodes/${node}`, { spec: { taints } });
      const nodes = ['node-cp-1', 'node-cp-2', 'node-cp-3', 'node-md-2'];
      for (const node of nodes) {
        const key = node.includes('cp') ? 'node-role.kubernetes.io/control-plane' : 'example.com/reserved';
        await taint(node, [{ key, effect: 'NoSchedule' }]);
      }
      return async () => {
        for (const node of nodes) await taint(node, null);
      };
    },
  },
  {
    name: 'drains that are given up after a time',
    async make({ site }, pick) {
      const names = ['cp-1', 'cp-2', 'cp-3', 'md-1', 'md-2'];
      const seconds = 60 + pick(3600);
      for (const name of names)
        await site.sample.merge('Machine', name, { spec: { deletion: { nodeDrainTimeoutSeconds: seconds } } });
      return async () => {
        for (const name of names) await site.sample.merge('Machine', name, { spec: { deletion: null } });
      };
    },
  },
  {
    name: 'another strategy of replacing workers',
    async make({ site }, pick) {
      const set = async (strategy: object | null): Promise<void> => {
        const rollout = strategy === null ? null : { strategy };
        await site.sample.merge('MachineDeployment', 'md', { spec: { rollout } });
        await site.sample.status('MachineDeployment', 'md', {});
      };
      const rollingUpdate = pick(2) === 0 ? { maxSurge: 2, maxUnavailable: 0 } : { maxSurge: 1, maxUnavailable: 1 };
      await set({ type: 'RollingUpdate', rollingUpdate });
      return () => set(null);
    },
  },
  {
    name: 'machines of another size',
    async make({ site }, pick) {
      const set = (spec: object) =>
        site.sample.merge('VSphereMachineTemplate', 'md-old', { spec: { template: { spec } } });
      await set({ diskGiB: 1 + pick(4), memoryMiB: 512 * (1 + pick(4)), numCPUs: 1 + pick(8) });
      return () => set({ diskGiB: 1, memoryMiB: 1024, numCPUs: null });
    },
  },
  {
    name: 'machines that take their addresses of a pool with room',
    async make(site, pick) {
      const path = '/apis/ipam.cluster.x-k8s.io/v1alpha2/namespaces/default/inclusterippools';
      await site.definePools();
      const free = 1 + pick(20);
      await site.api.create(path, {
        apiVersion: 'ipam.cluster.x-k8s.io/v1alpha2',
        kind: 'InClusterIPPool',
        metadata: { name: 'roomy' },
        spec: { addresses: ['10.0.0.10-10.0.0.60'] },
        status: { ipAddresses: { total: free + 5, used: 5, free } },
      });
      const pool = { apiGroup: 'ipam.cluster.x-k8s.io', kind: 'InClusterIPPool', name: 'roomy' };
      const set = (network: object | null) =>
        site.site.sample.merge('VSphereMachineTemplate', 'cp-old', { spec: { template: { spec: { network } } } });
      await set({ devices: [{ networkName: 'VM Network', addressesFromPools: [pool] }] });
      await site.site.sample.create('IPAddressClaim', 'cp-1-0-0', { poolRef: pool });
      return async () => {
        await set(null);
        await site.api.delete(site.site.sample.path('IPAddressClaim', 'cp-1-0-0'));
        await site.api.delete(`${path}/roomy`);
      };
    },
  },
  {
    name: 'a check of the machines’ health',
    async make({ site }, pick) {
      const name = `health-${pick(1000)}`;
      await site.sample.create('MachineHealthCheck', name, {
        clusterName: 'c1',
        selector: { matchLabels: { pool: 'md' } },
        checks: { unhealthyNodeConditions: [{ type: 'Ready', status: 'Unknown', timeoutSeconds: 300 + pick(600) }] },
      });
      return () => site.api.delete(site.sample.path('MachineHealthCheck', name));
    },
  },
  {
    name: 'another Cluster API that knows the Kubernetes of the release',
    async make({ site }, pick) {
      await site.provider(['v1.11.11', 'v1.12.8', 'v1.12.9', 'v1.13.3', 'v1.14.0'][pick(5)] ?? '');
      return () => site.provider('v1.13.2');
    },
  },
  {
    name: 'the template of the release there already',
    async make({ site }) {
      const name = 'r_u-2204-0-k-1364-0';
      await site.vcenter.makeTemplate(name, '1.36.4');
      return () => site.vcenter.remove(name, folders.templates);
    },
  },
  {
    name: 'machines of others in other folders',
    async make({ site }, pick) {
      const name = `other-${pick(1000)}`;
      await site.vcenter.govc(
        'vm.create',
        '-on=false',
        '-net',
        'VM Network',
        '-ds',
        'LocalDS_0',
        '-pool',
        '/DC0/host/DC0_C0/Resources',
        name,
      );
      return () => site.vcenter.remove(name, '/DC0/vm');
    },
  },
];
