import {
  clusterLayersSchema,
  clusterNodesSchema,
  issuedKubeconfigSchema,
  kubeconfigRequestSchema,
} from '@sealift/core/api';
import { clusterEventsSchema } from '@sealift/core/cluster';
import { recordAudit } from '../audit/audit-log.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { ofClusters } from '../http/refusals.ts';
import { principalOf } from '../http/request-context.ts';
import type { Store } from '../store/store.ts';
import { installedProfile } from './installed.ts';
import { inTime } from './in-time.ts';
import { runningLayers } from './running-layers.ts';
import type { SwitchedCluster } from './switched-cluster.ts';

const tags = ['cluster'];
/** A page waits for each; a cluster that answers later is one that does not answer. */
const seconds = 15;

/** What the enterprise cluster runs, as it says itself, and a way in. */
export function clusterRoutes(
  api: ApiScope,
  { store, cluster }: { readonly store: Pick<Store, 'db'>; readonly cluster: SwitchedCluster },
): void {
  const { db } = store;

  api.get('/cluster/nodes', {
    config: { permission: 'platform.read', refuses: [...ofClusters] },
    schema: {
      tags,
      summary: 'Nodes with their machines, as the cluster and Cluster API report them',
      response: { 200: clusterNodesSchema },
    },
    handler: async () => ({
      nodes: [...(await inTime({ what: 'the nodes', seconds }, (cancel) => cluster.cluster.nodes(cancel)))],
    }),
  });

  api.get('/cluster/layers', {
    config: { permission: 'platform.read', refuses: ['NOT_ADOPTED', ...ofClusters] },
    schema: { tags, summary: 'Layers as the cluster runs them', response: { 200: clusterLayersSchema } },
    handler: async () => ({
      layers: runningLayers(
        await inTime({ what: 'the layers', seconds }, (cancel) => cluster.cluster.layers(cancel)),
        await installedProfile(db),
      ),
    }),
  });

  api.get('/cluster/events', {
    config: { permission: 'platform.read', refuses: [...ofClusters] },
    schema: {
      tags,
      summary: 'The latest events of the cluster: warnings first, of each the newest first',
      response: { 200: clusterEventsSchema },
    },
    handler: () => inTime({ what: 'the events', seconds }, (cancel) => cluster.events.latest(cancel)),
  });

  api.post('/cluster/kubeconfig', {
    // It changes nothing of the platform, and is needed most when an upgrade needs a person.
    config: { permission: 'cluster.kubeconfig', whileLocked: true, once: 'answer-dropped', refuses: [...ofClusters] },
    schema: {
      tags,
      summary: 'Makes a kubeconfig of the enterprise cluster that ends after some hours',
      body: kubeconfigRequestSchema,
      response: { 200: issuedKubeconfigSchema },
    },
    handler: async (request) => {
      const { hours } = request.body;
      const issued = await inTime({ what: 'a kubeconfig', seconds }, (cancel) =>
        cluster.issueKubeconfig(hours, cancel),
      );
      const { text, server, tokenId } = issued;
      const expiresAt = issued.expiresAt.toISOString();
      await db.transaction().execute((trx) =>
        recordAudit(trx, principalOf(request), {
          action: 'cluster.kubeconfig',
          subject: server,
          details: { until: expiresAt, jti: tokenId },
        }),
      );
      return { kubeconfig: text.reveal(), fileName: 'enterprise-cluster.kubeconfig', server, expiresAt };
    },
  });
}
