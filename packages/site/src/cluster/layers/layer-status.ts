import { type SeenWait, waitingFor } from '@sealift/core/upgrade';
import { readHistory, stateOf } from '@sealift/kubernetes/helm-releases';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import { readiness } from '@sealift/kubernetes/readiness';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { LayerStatus } from '@sealift/upgrade/ports/cluster';
import { releaseObjects, releaseWait } from './chart-release.ts';
import { isEnded } from './holder.ts';
import type { LayerAttempt, StoredRecord } from './layer-record.ts';
import type { LayerTools } from './layer-tools.ts';
import { manifestObjects } from './manifest-set.ts';

/** Requests under way at a time; the client holds as many connections. */
const atOnce = 6;

type LookTools = Pick<LayerTools, 'objects' | 'holder' | 'cancel'>;

/**
 * How a layer is: as it was applied last, and what it waits for. One whose applying or removal has begun and not ended is in neither
 * state, so it has no digest.
 *
 * @throws KUBERNETES_…, HELM_RELEASE_UNREADABLE
 */
export async function layerStatus(stored: StoredRecord, tools: LookTools): Promise<LayerStatus> {
  const { layer, pack, applied, attempt } = stored.record;
  if (attempt !== null) {
    const wait = await attemptWait(stored, attempt, tools);
    return { layer, pack, version: applied?.version ?? attempt.version, digest: '', valuesHash: '', wait };
  }
  if (applied === null) {
    const wait = waitingFor(`${pack}: nothing of it has been applied yet`, { object: { kind: 'Layer', name: pack } });
    return { layer, pack, version: '', digest: '', valuesHash: '', wait };
  }
  const { version, digest, valuesHash, at } = applied;
  const wait = await layerWait(stored, tools);
  return {
    layer,
    pack,
    version,
    digest,
    valuesHash,
    wait: wait === null ? null : of(pack, { ...wait, since: wait.since ?? at }),
  };
}

/** What keeps a layer that was applied from being healthy; null when nothing does. */
async function layerWait({ record, object }: StoredRecord, { objects, cancel }: LookTools): Promise<SeenWait | null> {
  const waits: SeenWait[] = [];
  const wanted: KubeObject[] = [];
  for (const place of record.releases) {
    const state = stateOf(await readHistory(objects, place, cancel));
    const wait = releaseWait(place, state);
    if (wait !== null) waits.push(wait);
    wanted.push(...(await releaseObjects(state, place, { objects, cancel })));
  }
  const found = await manifestObjects({ record, object }, { objects, cancel });
  waits.push(...(await waitsOf(objects, wanted, cancel)));
  waits.push(...found.flatMap((one) => readiness(one).wait ?? []));
  return worst(waits);
}

async function waitsOf(objects: Objects, wanted: readonly KubeObject[], cancel: Cancel): Promise<readonly SeenWait[]> {
  const waits: SeenWait[] = [];
  for (let start = 0; start < wanted.length; start += atOnce) {
    const some = wanted.slice(start, start + atOnce);
    const seenNow = await Promise.all(some.map(async (object) => await waitOf(objects, object, cancel)));
    waits.push(...seenNow.filter((wait) => wait !== null));
  }
  return waits;
}

async function waitOf(objects: Objects, wanted: KubeObject, cancel: Cancel): Promise<SeenWait | null> {
  const reference = referenceOf(wanted);
  const served = await objects.discovery.resource(reference, cancel);
  const live = served === undefined ? undefined : await objects.get(reference, cancel);
  if (live !== undefined) return readiness(live).wait;
  const what =
    served === undefined
      ? `the cluster serves no ${wanted.kind} of ${wanted.apiVersion}`
      : `${nameOf(reference)} is not there`;
  const remedy = 'Find out who removed it; the layer is made whole when it is applied again.';
  return waitingFor(what, { level: 'blocked', object: { kind: wanted.kind, name: reference.name }, remedy });
}

const order = ['failed', 'blocked', 'stalled', 'slow', 'moving'] as const;

/** The one to look at first; how many more there are is told with it. */
function worst(waits: readonly SeenWait[]): SeenWait | null {
  const [first, ...more] = waits.toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  if (first === undefined) return null;
  return more.length === 0 ? first : { ...first, what: `${first.what} (and ${more.length} more)` };
}

async function attemptWait(
  { record: { pack, layer, releases } }: StoredRecord,
  attempt: LayerAttempt,
  { objects, holder, cancel }: LookTools,
): Promise<SeenWait> {
  const object = { kind: 'Layer', name: pack };
  const doing = attempt.doing === 'apply' ? `${attempt.version} is being applied` : 'it is being removed';
  if (!isEnded(attempt, holder)) return waitingFor(`${pack}: ${doing}`, { since: attempt.at, object });
  for (const place of releases) {
    const wait = releaseWait(place, stateOf(await readHistory(objects, place, cancel)));
    if (wait?.level === 'failed') return of(pack, wait);
  }
  const cut = attempt.doing === 'apply' ? `applying ${attempt.version} was cut` : 'its removal was cut';
  return waitingFor(`${pack}: ${cut}`, {
    since: attempt.at,
    level: 'blocked',
    impact: `${layer}/${pack} is partly changed`,
    object,
    remedy: 'Resume the upgrade: it goes on where it was cut.',
  });
}

function of(pack: string, wait: SeenWait): SeenWait {
  return { ...wait, what: `${pack}: ${wait.what}` };
}
