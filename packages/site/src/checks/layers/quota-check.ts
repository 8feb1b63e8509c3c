import { mapAtOnce } from '@sealift/io/map-at-once';
import { referenceOf } from '@sealift/kubernetes/object';
import { type Finding, pass } from '@sealift/upgrade/preflight/check';
import type { LayerTools } from '../../cluster/layers/layer-tools.ts';
import { inNamespaces, type RenderedLayer } from './in-namespaces.ts';
import { type ComingWorkload, isCounted, quotaRoom } from './quota-room.ts';

const atOnce = 4;

/** Whether quotas have room for the pods that come. Workloads are only looked at where a namespace has a quota. */
export async function quotasHaveRoom(all: readonly RenderedLayer[], tools: LayerTools): Promise<Finding> {
  const { objects, cancel } = tools;
  const quotas = await objects.list({ apiVersion: 'v1', kind: 'ResourceQuota' }, cancel);
  if (quotas.length === 0) return pass('There are no quotas');
  const limited = new Set(quotas.map(({ metadata }) => metadata.namespace));
  const placed = (await mapAtOnce(all, atOnce, (one) => inNamespaces(one, isCounted, tools))).flat();
  const wanted = placed.filter(({ metadata }) => limited.has(metadata.namespace));
  const coming = await mapAtOnce(
    wanted,
    atOnce,
    async (object): Promise<ComingWorkload> => ({
      wanted: object,
      live: await objects.get(referenceOf(object), cancel),
    }),
  );
  return quotaRoom(coming, quotas);
}
