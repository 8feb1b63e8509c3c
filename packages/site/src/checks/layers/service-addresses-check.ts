import { mapAtOnce } from '@sealift/io/map-at-once';
import type { KubeObject } from '@sealift/kubernetes/object';
import { referenceOf } from '@sealift/kubernetes/object';
import { acceptable, block, type Finding, pass, warn, withItems } from '@sealift/upgrade/preflight/check';
import type { LayerTools } from '../../cluster/layers/layer-tools.ts';
import { inNamespaces, type RenderedLayer } from './in-namespaces.ts';
import { lostAddresses, type Reader, readsAddresses, serviceKey, servicesNamedIn } from './service-addresses.ts';

const atOnce = 4;

/** Whether services are there whose names in DNS the upgrade brings into workloads and their configuration. */
export async function serviceAddresses(all: readonly RenderedLayer[], tools: LayerTools): Promise<Finding> {
  const { objects, cancel } = tools;
  const placed = async (isMeant: (object: KubeObject) => boolean): Promise<readonly KubeObject[]> =>
    (await mapAtOnce(all, atOnce, (one) => inNamespaces(one, isMeant, tools))).flat();
  const named = all.flatMap((one) => one.objects.filter(readsAddresses).map(servicesNamedIn));
  const count = new Set(named.flatMap((some) => [...some])).size;
  if (count === 0) return pass('Nothing that comes names a service by its full name');
  const services = new Set(
    [
      ...(await objects.list({ apiVersion: 'v1', kind: 'Service' }, cancel)),
      ...(await placed(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Service')),
    ].map(serviceKey),
  );
  const isLost = (object: KubeObject): boolean =>
    readsAddresses(object) && [...servicesNamedIn(object)].some((address) => !services.has(address));
  const readers = await mapAtOnce(await placed(isLost), atOnce, async (wanted): Promise<Reader> => {
    return { wanted, live: await objects.get(referenceOf(wanted), cancel) };
  });
  const { changed, others } = lostAddresses(readers, services);
  const items = [...changed, ...others];
  const [first] = items;
  if (first === undefined) return pass(`${count} services that workloads name are there, or come`);
  const more = items.length === 1 ? '' : ` (and ${items.length - 1} more)`;
  const [detail, remedy] = [`${first.place} ${first.text}${more}`, first.remedy ?? ''];
  if (changed.length === 0) return withItems(warn(detail, remedy), items);
  return acceptable(
    withItems(block(detail, remedy), items),
    'What connects there does not reach it until there is such a service.',
    changed.map(({ place }) => place),
  );
}
