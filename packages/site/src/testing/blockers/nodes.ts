import type { KubeObject } from '@sealift/testkit/site/kube-api';
import { waitUntil } from '@sealift/testkit/wait-until';
import { folder, govc, makeTemplate } from '../../cluster/testing/templates.ts';
import type { Blocker, BlockerStage } from './stage.ts';

const namespace = '/namespaces/default';
const claims = `/apis/ipam.cluster.x-k8s.io/v1beta2${namespace}/ipaddressclaims`;
const budgets = `/apis/policy/v1${namespace}/poddisruptionbudgets`;
const cluster = `/apis/cluster.x-k8s.io/v1beta2${namespace}/clusters/enterprise`;
const machines = `/apis/cluster.x-k8s.io/v1beta2${namespace}/machines`;

interface Machine extends KubeObject {
  readonly spec: { readonly infrastructureRef: { readonly name: string } };
  readonly status?: { readonly nodeRef?: { readonly name: string } };
}

/** What stops the rolling of nodes, in the order in which one rollout of the workers meets it. */
export const nodeBlockers = {
  /** In its place comes one of other content. */
  missingTemplate: ({ site }: BlockerStage, name: string): Blocker => ({
    name: 'missing template',
    begin: () => Promise.resolve(),
    named: { kind: 'Template', name: `${folder}/${name}`, what: 'there is no template' },
    end: () => makeTemplate(site.vcenter, name, '1.30.0'),
  }),

  wrongTemplate: ({ site }: BlockerStage, name: string): Blocker => ({
    name: 'wrong template',
    begin: () => Promise.resolve(),
    named: { kind: 'Template', name: `${folder}/${name}`, what: 'holds Kubernetes 1.30.0' },
    end: () => govc(site.vcenter, 'object.destroy', `${folder}/${name}`),
  }),

  paused: ({ management }: BlockerStage): Blocker => ({
    name: 'paused cluster',
    begin: () => management.merge(cluster, { spec: { paused: true } }),
    named: { kind: 'Cluster', name: 'enterprise' },
    end: () => management.merge(cluster, { spec: { paused: false } }),
  }),

  /** A machine has to be on its way: its VM is not made while creation is paused. */
  fullPool: (stage: BlockerStage, before: ReadonlySet<string>): Blocker => ({
    name: 'full pool of claims',
    async begin() {
      const { spec } = await newMachine(stage, before, () => true);
      const poolRef = { apiGroup: 'ipam.cluster.x-k8s.io', kind: 'InClusterIPPool', name: 'workers' };
      await stage.management.create(claims, {
        apiVersion: 'ipam.cluster.x-k8s.io/v1beta2',
        kind: 'IPAddressClaim',
        metadata: { name: `${spec.infrastructureRef.name}-0-0` },
        spec: { poolRef },
      });
    },
    named: { kind: 'IPAddressClaim', name: '-0-0' },
    async end() {
      for (const { metadata } of await stage.management.list(claims)) {
        await stage.management.delete(`${claims}/${metadata.name}`);
      }
      stage.site.controls.resumeCreation();
    },
  }),

  nodeNotReady(stage: BlockerStage, before: ReadonlySet<string>): Blocker {
    let node = '';
    return {
      name: 'node not ready',
      async begin() {
        node = (await newMachine(stage, before, ({ status }) => status?.nodeRef !== undefined)).metadata.name;
        await stage.site.controls.nodeNotReady(node, 'the network is not ready');
      },
      named: { kind: 'Machine', what: 'is not ready yet' },
      end: () => stage.site.controls.nodeReady(node),
    };
  },

  budget: ({ workload }: BlockerStage): Blocker => ({
    name: 'disruption budget',
    begin: () => Promise.resolve(),
    named: { kind: 'Machine', what: 'the disruption budget app needs 6 healthy pods' },
    end: () => workload.merge(`${budgets}/app`, { spec: { minAvailable: 0 } }),
  }),

  etcd: ({ site }: BlockerStage, machine: string): Blocker => ({
    name: 'unhealthy etcd member',
    begin: () => site.controls.killEtcd(machine),
    named: { kind: 'Machine', name: machine, what: 'etcd' },
    end: async () => site.controls.startMachine(machine),
  }),
};

/** An application whose pods are on every worker, and none of which may go. */
export async function protectedApplication({ workload }: BlockerStage): Promise<void> {
  const app = { matchLabels: { app: 'app' } };
  const spread = [
    { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: app },
  ];
  const containers = [{ name: 'app', image: 'app' }];
  const template = { metadata: { labels: { app: 'app' } }, spec: { containers, topologySpreadConstraints: spread } };
  await workload.create(`/apis/apps/v1${namespace}/deployments`, {
    metadata: { name: 'app' },
    spec: { replicas: 6, selector: app, template },
  });
  await workload.create(budgets, { metadata: { name: 'app' }, spec: { minAvailable: 6, selector: app } });
  await waitUntil(
    'the application to run',
    async () => {
      const found = await workload.get<KubeObject & { status?: { currentHealthy?: number } }>(`${budgets}/app`);
      return found?.status?.currentHealthy === 6;
    },
    120_000,
  );
}

/** Names of the machines there are. */
export async function machineNames({ management }: BlockerStage): Promise<ReadonlySet<string>> {
  return new Set((await management.list(machines)).map(({ metadata }) => metadata.name));
}

/** The first machine that was not there before and is as is wanted. */
export function newMachine(
  { management }: BlockerStage,
  before: ReadonlySet<string>,
  is: (machine: Machine) => boolean,
): Promise<Machine> {
  return waitUntil(
    'a new machine',
    async () => (await management.list<Machine>(machines)).find((one) => !before.has(one.metadata.name) && is(one)),
    120_000,
  );
}
