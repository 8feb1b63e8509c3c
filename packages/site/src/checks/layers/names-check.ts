import { mapAtOnce } from '@sealift/io/map-at-once';
import { acceptable, block, type Finding, pass, warn, withItems } from '@sealift/upgrade/preflight/check';
import type { LayerTools } from '../../cluster/layers/layer-tools.ts';
import { inNamespaces, type RenderedLayer } from './in-namespaces.ts';
import { type Exposed, isExposed, namesThatChange } from './names-that-change.ts';

const atOnce = 4;
/** More than any platform shows people. */
const most = 500;

/** Whether names, addresses and certificates by which people know the platform stay what they are. */
export async function namesStay(all: readonly RenderedLayer[], tools: LayerTools): Promise<Finding> {
  const wanted = (await mapAtOnce(all, atOnce, (one) => inNamespaces(one, isExposed, tools))).flat();
  if (wanted.length > most) {
    const detail = `There are ${wanted.length} ingresses, load balancers and certificates, and ${most} are looked at`;
    return { outcome: 'unknown', detail, remedy: 'Compare them by hand.' };
  }
  const found = await mapAtOnce(wanted, atOnce, async (object): Promise<Exposed> => {
    const { apiVersion, kind, metadata } = object;
    const { namespace, name } = metadata;
    return { wanted: object, live: await tools.objects.get({ apiVersion, kind, namespace, name }, tools.cancel) };
  });
  const { replaced, others } = namesThatChange(found);
  const items = [...replaced, ...others];
  const [first] = items;
  if (first === undefined) return pass(`${found.length} ingresses, load balancers and certificates stay as they are`);
  const more = items.length === 1 ? '' : ` (and ${items.length - 1} more)`;
  const [detail, remedy] = [`${first.place} ${first.text}${more}`, first.remedy ?? ''];
  if (replaced.length === 0) return withItems(warn(detail, remedy), items);
  return acceptable(
    withItems(block(detail, remedy), items),
    'Who trusts the certificate of now does not reach the platform until they trust the new one.',
    replaced.map(({ place }) => place),
  );
}
