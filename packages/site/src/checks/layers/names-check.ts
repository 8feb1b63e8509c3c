import { mapAtOnce } from '@sealift/io/map-at-once';
import type { KubeObject } from '@sealift/kubernetes/object';
import { acceptable, block, type Finding, pass, warn, withItems } from '@sealift/upgrade/preflight/check';
import type { LayerPlace } from '@sealift/upgrade/ports/cluster';
import type { LayerTools } from '../../cluster/layers/layer-tools.ts';
import { inNamespaces, type RenderedLayer } from './in-namespaces.ts';
import { type Exposed, isExposed, maybeExposed, namesThatChange } from './names-that-change.ts';
import { namesThatGo } from './names-that-go.ts';

const atOnce = 4;
/** More than any platform shows people. */
const most = 500;

/**
 * Whether names, addresses and certificates by which people know the platform stay what they are.
 *
 * @param all layers as they would be applied
 * @param removed layers that the upgrade takes away
 */
export async function namesStay(
  all: readonly RenderedLayer[],
  removed: readonly LayerPlace[],
  tools: LayerTools,
): Promise<Finding> {
  const coming = (await mapAtOnce(all, atOnce, (one) => inNamespaces(one, maybeExposed, tools))).flat();
  const wanted = coming.filter(isExposed);
  if (wanted.length > most) return tooMany(`There are ${wanted.length} ingresses, load balancers and certificates`);
  const places = [...all.map(({ layer }) => layer), ...removed];
  const [found, gone] = await Promise.all([
    mapAtOnce(wanted, atOnce, (object) => asItIs(object, tools)),
    namesThatGo(places, coming, tools),
  ]);
  if (gone.isMore) return tooMany('Many objects go');
  const { replaced, others } = namesThatChange(found);
  const blocking = [...replaced, ...gone.replaced];
  const items = [...blocking, ...others, ...gone.others];
  const [first] = items;
  if (first === undefined) return pass(`${found.length} ingresses, load balancers and certificates stay as they are`);
  const more = items.length === 1 ? '' : ` (and ${items.length - 1} more)`;
  const [detail, remedy] = [`${first.place} ${first.text}${more}`, first.remedy ?? ''];
  if (blocking.length === 0) return withItems(warn(detail, remedy), items);
  return acceptable(
    withItems(block(detail, remedy), items),
    'Who trusts the certificate of now does not reach the platform until they trust the new one.',
    blocking.map(({ place }) => place),
  );
}

async function asItIs(object: KubeObject, { objects, cancel }: LayerTools): Promise<Exposed> {
  const { apiVersion, kind, metadata } = object;
  const { namespace, name } = metadata;
  return { wanted: object, live: await objects.get({ apiVersion, kind, namespace, name }, cancel) };
}

function tooMany(what: string): Finding {
  return { outcome: 'unknown', detail: `${what}, and ${most} are looked at`, remedy: 'Compare them by hand.' };
}
