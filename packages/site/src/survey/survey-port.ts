import type { SiteSurvey } from '@sealift/core/adoption';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import { readClusterState } from '@sealift/kubernetes/cluster-state';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { SurveyPort } from '@sealift/upgrade/ports/survey';
import { z } from 'zod';
import { type LayersAccess, openTools } from '../cluster/layers/layers-access.ts';
import { nodesOf, plainVersion } from '../cluster/nodes.ts';
import { allNodes } from './all-nodes.ts';
import { applySetParents } from './apply-set-parents.ts';
import { examineLayer } from './examine-layer.ts';
import { installedCharts } from './installed-charts.ts';
import { installedProviders } from './installed-providers.ts';
import { recordLayer } from './record-layer.ts';
import { recordedLayers } from './recorded-layers.ts';

/** What a survey looks at. */
export interface SurveyedSite {
  /** The enterprise cluster. */
  readonly layers: LayersAccess;
  /** The cluster whose Cluster API makes its machines. */
  readonly management: () => Promise<Objects>;
  /** The Cluster there; may be left out where there is one. */
  readonly cluster: ClusterName | undefined;
}

/** Looks at a real cluster whose release is not known yet. */
export function surveyPort({ layers, management, cluster }: SurveyedSite): SurveyPort {
  return {
    async look(cancel): Promise<SiteSurvey> {
      cancel.throwIfAborted();
      const [enterprise, machines] = await Promise.all([layers.objects(), management()]);
      const state = await readClusterState(machines, cluster, cancel);
      return {
        kubernetes: await serverVersion(enterprise, cancel),
        nodes: [...(await allNodes(enterprise, nodesOf(state), cancel))],
        layers: [...(await recordedLayers(enterprise, cancel))],
        charts: [...(await installedCharts(enterprise, cancel))],
        providers: [...(await installedProviders(machines, cancel))],
        applySets: [...(await applySetParents(enterprise, cancel))],
      };
    },
    examine: async (layer, cancel) => await examineLayer(layer, await openTools(layers, cancel, layer.release)),
    record: async (layer, cancel) => await recordLayer(layer, await openTools(layers, cancel, layer.release)),
  };
}

const versionSchema = z.object({ gitVersion: z.string().max(200) });

async function serverVersion(objects: Objects, cancel: Cancel): Promise<string> {
  const said = versionSchema.safeParse(await objects.client.read('/version', cancel));
  return said.success ? plainVersion(said.data.gitVersion) : 'unknown';
}
