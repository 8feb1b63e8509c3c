import { setupText } from '@sealift/core/planner';
import { hashOfValues } from '@sealift/upgrade/frozen';
import type { ClusterPort, LayerValues, NodeGroup } from '@sealift/upgrade/ports/cluster';
import type { DeclaredPort } from '@sealift/upgrade/ports/declared';
import type { EventsPort } from '@sealift/upgrade/ports/events';
import type { ProvidersPort } from '@sealift/upgrade/ports/providers';
import { siteSurveySchema } from '@sealift/core/adoption';
import type { StoragePort } from '@sealift/upgrade/ports/storage';
import type { SurveyPort } from '@sealift/upgrade/ports/survey';
import type { StoredVersionsPort } from '@sealift/upgrade/ports/stored-versions';
import type { VCenterPort } from '@sealift/upgrade/ports/vcenter';
import { nodeSchema } from '@sealift/core/cluster';
import { layerNameSchema } from '@sealift/core/pack';
import { seenWaitSchema } from '@sealift/core/upgrade';
import { z } from 'zod';
import { SimulatorConnection } from './connection.ts';
import { isSame } from './rollout.ts';
import { desiredSchema } from './state.ts';

const templateAnswer = z.object({
  template: z
    .object({
      name: z.string(),
      sha256: z.string().nullable(),
      kubernetes: z.string().nullable(),
      poweredOn: z.boolean(),
      marked: z.boolean(),
    })
    .nullable(),
});
const storageAnswer = z.object({ clusterId: z.string(), unique: z.boolean(), message: z.string() });
const nodesAnswer = z.object({ nodes: z.array(nodeSchema) });
const rolloutAnswer = z.object({
  desired: desiredSchema,
  updated: z.int(),
  total: z.int(),
  wait: seenWaitSchema.nullable(),
});
const providersAnswer = z.object({
  digest: z.string().nullable(),
  wait: seenWaitSchema.nullable(),
  complete: z.boolean(),
  notes: z.array(z.string()),
});
const staleAnswer = z.object({
  stale: z.array(
    z.object({
      definition: z.string(),
      versions: z.array(z.string()),
      objects: z.int(),
      target: z.string(),
      trouble: z.null(),
    }),
  ),
});
const foundAnswer = z.object({
  served: z.boolean(),
  objects: z.array(z.object({ name: z.string(), object: z.record(z.string(), z.unknown()) })),
});
const standingAnswer = z.discriminatedUnion('state', [
  z.object({ state: z.literal('done'), message: z.string(), evidence: z.record(z.string(), z.json()) }),
  z.object({ state: z.literal('act'), message: z.string() }),
  z.object({ state: z.literal('wait'), wait: seenWaitSchema }),
]);
const layersAnswer = z.object({
  layers: z.array(
    z.object({
      layer: layerNameSchema,
      pack: z.string(),
      version: z.string(),
      digest: z.string(),
      valuesHash: z.string(),
      wait: seenWaitSchema.nullable(),
    }),
  ),
});

/** The engine's view of a simulated vSphere cluster; `simulated` is there so that every page can say so. */
export interface SimulatedPorts {
  readonly vcenter: VCenterPort;
  readonly storage: StoragePort;
  readonly cluster: ClusterPort;
  readonly providers: ProvidersPort;
  readonly survey: SurveyPort;
  readonly events: EventsPort;
  readonly storedVersions: StoredVersionsPort;
  readonly declared: DeclaredPort;
  readonly simulated: true;
}

/** Simulated machines are told apart by what kubeadm is asked to do on them, and do nothing of it. */
function setupDigest(layers: readonly LayerValues[], group: NodeGroup): string {
  return hashOfValues(setupText(layers, group));
}

/**
 * Connects to a simulator, such as `http://127.0.0.1:7710`. Nothing is sent until a port is used.
 *
 * Every call of the ports throws SIMULATOR_UNREACHABLE (retry) or SIMULATOR_REFUSED (needs a person).
 */
export function connectSimulator(url: string): SimulatedPorts {
  const connection = new SimulatorConnection(url);
  const templatePath = (name: string) => `/v1/vcenter/templates/${encodeURIComponent(name)}`;
  const findTemplate: VCenterPort['findTemplate'] = async (name, cancel) =>
    (await connection.get(templatePath(name), templateAnswer, cancel)).template;
  const look: SurveyPort['look'] = (cancel) => connection.get('/v1/cluster/survey', siteSurveySchema, cancel);
  return {
    simulated: true,
    vcenter: {
      findTemplate,
      async importTemplate({ ova, name, sha256, kubernetes, sizeBytes }, cancel) {
        const found = await findTemplate(name, cancel);
        if (found?.sha256 === sha256) return;
        const query = new URLSearchParams({ sha256, kubernetes, sizeBytes: String(sizeBytes) });
        await connection.upload(`${templatePath(name)}?${query.toString()}`, await ova(), sizeBytes, cancel);
      },
      markTemplate: (name, cancel) => connection.put(`${templatePath(name)}/mark`, {}, cancel),
    },
    storage: {
      identity: (cancel) => connection.get('/v1/storage/identity', storageAnswer, cancel),
      repairIdentity: (cancel) => connection.put('/v1/storage/identity', {}, cancel),
    },
    cluster: {
      nodes: async (cancel) => (await connection.get('/v1/cluster/nodes', nodesAnswer, cancel)).nodes,
      async rollout(group, cancel, layers, stage) {
        const answer = await connection.get(`/v1/cluster/rollouts/${group}`, rolloutAnswer, cancel);
        const { desired: all } = answer;
        const { setup: now, stage: _, ...desired } = all;
        const setup = layers === undefined ? undefined : now === setupDigest(layers, group) ? 'asked' : 'other';
        const isAt = stage === undefined || isSame(all, { ...all, stage });
        return {
          ...answer,
          desired,
          ...(setup === undefined ? {} : { setup }),
          ...(stage === undefined ? {} : { stage: isAt ? 'asked' : 'other' }),
        };
      },
      async setRollout(group, desired, cancel, layers, stage) {
        const setup = layers === undefined ? {} : { setup: setupDigest(layers, group) };
        const asked = { ...desired, ...setup, ...(stage === undefined ? {} : { stage }) };
        await connection.put(`/v1/cluster/rollouts/${group}`, asked, cancel);
      },
      // It has no flags that could be in the way, and its etcd has any version that is asked for.
      obstaclesToEmulation: () => Promise.resolve([]),
      async layers(cancel, only) {
        const { layers } = await connection.get('/v1/cluster/layers', layersAnswer, cancel);
        return layers.filter(({ layer, pack }) => only === undefined || (layer === only.layer && pack === only.pack));
      },
      applyLayer: ({ layer, pack, version, digest, values, valuesHash }, cancel) =>
        connection.put('/v1/cluster/layers', { layer, pack, version, digest, values, valuesHash }, cancel),
      removeLayer: ({ layer, pack }, cancel) => connection.remove(`/v1/cluster/layers/${layer}/${pack}`, cancel),
    },
    survey: {
      look,
      // It knows of layers as they were applied, and of no objects.
      async examine({ layer, pack }, cancel) {
        const { layers } = await look(cancel);
        if (layers.some((one) => one.layer === layer && one.pack === pack))
          return { charts: [], objects: 0, others: [] };
        return { charts: [], objects: 1, others: [{ object: `${layer}/${pack}`, state: 'missing', detail: '' }] };
      },
      // What it has was applied by Sealift, and so is written down.
      record: () => Promise.resolve(),
    },
    events: {
      latest: () => Promise.resolve({ events: [], more: false, note: 'A simulated cluster keeps no events.' }),
    },
    storedVersions: {
      stale: async (_, cancel) => (await connection.get('/v1/cluster/stored-versions', staleAnswer, cancel)).stale,
      rewrite: (_, cancel) => connection.put('/v1/cluster/stored-versions', {}, cancel),
    },
    declared: {
      find: (query, cancel) => connection.query('/v1/cluster/objects', query, foundAnswer, cancel),
      standing: (work, cancel) => connection.query('/v1/cluster/declared/standing', work, standingAnswer, cancel),
      act: (work, cancel) => connection.put('/v1/cluster/declared', work, cancel),
    },
    providers: {
      status: (cancel) => connection.get('/v1/cluster/providers', providersAnswer, cancel),
      apply: (desired, cancel) => connection.put('/v1/cluster/providers', desired, cancel),
    },
  };
}
