import { mapAtOnce } from '@sealift/io/map-at-once';
import { readHistory, stateOf } from '@sealift/kubernetes/helm-releases';
import { identityOfReference, type KubeObject, type ObjectReference, referenceOf } from '@sealift/kubernetes/object';
import type { LayerPlace } from '@sealift/upgrade/ports/cluster';
import { releaseObjects } from '../../cluster/layers/chart-release.ts';
import type { LayerRecord } from '../../cluster/layers/layer-record.ts';
import type { LayerTools } from '../../cluster/layers/layer-tools.ts';
import { isExposed, maybeExposed, type NamesThatChange, namesThatEnd } from './names-that-change.ts';

const atOnce = 4;
const keptBy = 'helm.sh/resource-policy';
/** More than any platform shows people. */
const most = 500;

/**
 * What people reach the platform by now and layers bring no more: an upgrade removes what it does not apply again.
 *
 * @param places of the layers that are applied anew or removed
 * @param coming all objects that layers bring then, in their namespaces
 * @returns also whether there are more than are looked at
 * @throws KUBERNETES_…, RECORD_…
 */
export async function namesThatGo(
  places: readonly LayerPlace[],
  coming: readonly KubeObject[],
  tools: Pick<LayerTools, 'objects' | 'records' | 'cancel'>,
): Promise<NamesThatChange & { readonly isMore: boolean }> {
  const stays = new Map(coming.map((object) => [identityOfReference(referenceOf(object)), object]));
  const had = await mapAtOnce(places, atOnce, async (place) => {
    const stored = await tools.records.find(place, tools.cancel);
    return stored === undefined ? [] : await brought(stored.record, tools);
  });
  // One that comes in another form, such as a Service without a load balancer, goes as well.
  const going = had.flat().filter((one) => {
    const wanted = stays.get(identityOfReference(one));
    return wanted === undefined || (one.kind === 'Service' && !isExposed(wanted));
  });
  const live = await mapAtOnce(going.slice(0, most), atOnce, (one) => tools.objects.get(one, tools.cancel));
  const exposed = live.flatMap((object) =>
    object !== undefined && isExposed(object) && !isKept(object) ? [object] : [],
  );
  return { ...namesThatEnd(exposed), isMore: going.length > most };
}

/** Helm leaves such an object where it is. */
function isKept({ metadata: { annotations = {} } }: KubeObject): boolean {
  return Object.hasOwn(annotations, keptBy) && annotations[keptBy] === 'keep';
}

/** What of a layer's objects in the cluster people may reach it by. */
async function brought(
  { members, releases }: LayerRecord,
  tools: Pick<LayerTools, 'objects' | 'cancel'>,
): Promise<readonly ObjectReference[]> {
  const found: ObjectReference[] = members.filter(maybeExposed).map(({ namespace, ...rest }) => ({
    ...rest,
    ...(namespace === undefined ? {} : { namespace }),
  }));
  for (const release of releases) {
    const state = stateOf(await readHistory(tools.objects, release, tools.cancel));
    found.push(...(await releaseObjects(state, release, tools)).filter(maybeExposed).map(referenceOf));
  }
  return found;
}
