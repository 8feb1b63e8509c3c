import type { Check } from '@sealift/core/check';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import { type ClusterState, readClusterState } from '@sealift/kubernetes/cluster-state';
import { readNodeRoom } from '@sealift/kubernetes/node-room';
import type { Objects } from '@sealift/kubernetes/objects';
import { presentedCertificate } from '@sealift/io/http/presented-certificate';
import { type Finding, pass, runCheck } from '@sealift/upgrade/preflight/check';
import type { UpgradeNeeds } from '../vcenter-checks.ts';
import { poolsHaveRoom } from './address-pools.ts';
import { apiServersReady } from './api-servers.ts';
import { certificatesLast } from './certificates.ts';
import { controlPlaneHealthy } from './control-plane.ts';
import { budgetOverlaps } from './budget-overlaps.ts';
import { budgetsAllow } from './disruption-budgets.ts';
import { clocksAgree } from './node-clocks.ts';
import { nothingPaused } from './paused.ts';
import { packsHaveRoom } from './pack-resources.ts';
import { webhooksAnswer } from './webhooks.ts';

/** The clusters that are looked at. */
export interface LookedAt {
  /** The enterprise cluster. */
  readonly enterprise: () => Promise<Objects>;
  /** Where its Cluster API runs; the same where it manages itself. */
  readonly management: () => Promise<Objects>;
  readonly cluster: ClusterName | undefined;
}

/** What has to hold of the cluster itself before it is upgraded. Each looks now, changes nothing, and takes 10 s at most. */
export function clusterChecks(
  { enterprise, management, cluster }: LookedAt,
  { nodes: drained, packRoom }: Pick<UpgradeNeeds, 'nodes' | 'packRoom'>,
): readonly Promise<Check>[] {
  let reading: Promise<ClusterState> | undefined;
  const state = (cancel: AbortSignal): Promise<ClusterState> =>
    (reading ??= management().then((objects) => readClusterState(objects, cluster, cancel)));
  const ofState = (name: string, title: string, judge: (found: ClusterState) => Finding) =>
    runCheck(name, title, async (cancel) => judge(await state(cancel)));
  return [
    runCheck('api-ready', 'Every API server is ready', async (cancel) => {
      const [own, other] = await Promise.all([enterprise(), management()]);
      const apis = [{ name: 'the enterprise cluster', client: own.client }];
      if (other.client !== own.client) apis.push({ name: 'the management cluster', client: other.client });
      return await apiServersReady(apis, cancel);
    }),
    ofState('control-plane-healthy', 'etcd and the control plane are healthy', controlPlaneHealthy),
    ofState('cluster-not-paused', 'Cluster API acts on the cluster', nothingPaused),
    runCheck('certificates', 'The certificates of the control plane outlast the upgrade', async (cancel) => {
      const { client } = await enterprise();
      const [{ machines }, presented] = await Promise.all([state(cancel), presentedBy(client.server, cancel)]);
      return certificatesLast(machines, presented, new Date());
    }),
    runCheck('node-clocks', 'The clocks of the nodes and of this machine agree', async (cancel) => {
      const objects = await enterprise();
      const leases = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'kube-node-lease' };
      const nodes = await objects.list({ apiVersion: 'v1', kind: 'Node' }, cancel);
      return clocksAgree(nodes, await objects.list(leases, cancel), new Date());
    }),
    runCheck('disruption-budgets', 'Disruption budgets let nodes be drained', async (cancel) => {
      const objects = await enterprise();
      const budgets = await objects.list({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' }, cancel);
      const { machines } = await state(cancel);
      const isBounded = machines.length > 0 && machines.every(({ isDrainBounded }) => isDrainBounded);
      const overlaps = drained ? await budgetOverlaps(objects, budgets, cancel) : [];
      return budgetsAllow(budgets, { drained, isBounded, overlaps });
    }),
    runCheck('address-pools', 'Address pools have room for the machines that come', async (cancel) =>
      poolsHaveRoom(await management(), await state(cancel), { rolled: drained, cancel }),
    ),
    runCheck('pack-resources', 'Nodes have the room that packs ask for', async (cancel) => {
      const needs = await packRoom();
      if (needs.length === 0) return pass('No pack asks for more than it has');
      return packsHaveRoom(needs, await readNodeRoom((await enterprise()).client, cancel));
    }),
    runCheck('webhooks', 'Every admission webhook has somebody who answers', async (cancel) =>
      webhooksAnswer(await enterprise(), cancel),
    ),
  ];
}

/** What the server shows of itself; undefined where it shows nothing in time: then the Machines alone tell. */
async function presentedBy(server: string, cancel: AbortSignal) {
  const ended = new Promise<undefined>((resolve) => {
    cancel.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  return await Promise.race([presentedCertificate(new URL(server), process.env).catch(() => undefined), ended]);
}
