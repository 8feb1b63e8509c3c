import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import { decode } from '../connection/decode.ts';
import { type KubeObject, nameOf, type ObjectReference, referenceOf } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { type Conditions, conditionsOf } from './conditions.ts';
import { type ProviderReference, providerReference } from './reference.ts';
import { type Topology, topologySchema } from './topology.ts';

/** Which Cluster is meant. */
export interface ClusterName {
  readonly namespace: string;
  readonly name: string;
}

/** A Cluster, in one shape whatever API version it came in. */
export interface Cluster {
  readonly ref: ObjectReference;
  readonly namespace: string;
  readonly name: string;
  readonly paused: boolean;
  readonly controlPlane: ProviderReference | undefined;
  readonly resourceVersion: string;
  /** What a ClusterClass makes its objects from; undefined where they are managed one by one. */
  readonly topology: Topology | undefined;
  readonly conditions: Conditions;
}

const schema = z.object({
  spec: z
    .object({
      paused: z.boolean().nullish(),
      controlPlaneRef: providerReference.nullish(),
      topology: topologySchema.nullish(),
    })
    .nullish(),
});

/**
 * The Cluster to look at: the one that is named, else the only one.
 *
 * @throws CLUSTER_NOT_CHOSEN, KUBERNETES_…
 */
export async function findCluster(
  objects: Objects,
  apiVersion: string,
  named: ClusterName | undefined,
  cancel?: AbortSignal,
): Promise<Cluster> {
  if (named !== undefined) {
    const found = await objects.get({ apiVersion, kind: 'Cluster', ...named }, cancel);
    if (found !== undefined) return clusterOf(found);
    throw notChosen(`there is no Cluster ${named.namespace}/${named.name}`);
  }
  const all = await objects.list({ apiVersion, kind: 'Cluster' }, cancel);
  const [only, ...others] = all;
  if (only === undefined) throw notChosen('Cluster API knows no Cluster there');
  if (others.length > 0) {
    const names = all.slice(0, 10).map(({ metadata: { namespace, name } }) => `${namespace}/${name}`);
    throw notChosen(`there are ${all.length}: ${names.join(', ')}${all.length > names.length ? ', …' : ''}`);
  }
  return clusterOf(only);
}

function clusterOf(object: KubeObject): Cluster {
  const ref = referenceOf(object);
  const { spec } = decode(schema, object, nameOf(ref));
  return {
    ref,
    namespace: ref.namespace ?? '',
    name: ref.name,
    paused: spec?.paused === true,
    controlPlane: spec?.controlPlaneRef ?? undefined,
    resourceVersion: object.metadata.resourceVersion ?? '',
    topology: spec?.topology ?? undefined,
    conditions: conditionsOf(object),
  };
}

function notChosen(reason: string): SealiftError {
  return new SealiftError('CLUSTER_NOT_CHOSEN', { values: { reason } });
}
