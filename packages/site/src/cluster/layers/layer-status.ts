import { type SeenWait, waitingFor } from '@sealift/core/upgrade';
import { explain } from '@sealift/kubernetes/explain';
import { readHistory, stateOf } from '@sealift/kubernetes/helm-releases';
import { groupVersionOf, type KubeObject, nameOf, type ObjectReference, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import { readiness } from '@sealift/kubernetes/readiness';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { LayerStatus } from '@sealift/upgrade/ports/cluster';
import { releaseObjects, releaseWait } from './chart-release.ts';
import { isEnded } from './holder.ts';
import type { LayerAttempt, StoredRecord } from './layer-record.ts';
import type { Underway } from './layer-runs.ts';
import type { LayerTools } from './layer-tools.ts';
import { absent } from './manifest-set.ts';
import { type MembersThere, membersThere } from './members-there.ts';
import { underwayWait } from './underway-wait.ts';

/** Requests under way at a time; the client holds as many connections. */
const atOnce = 6;

type LookTools = Pick<LayerTools, 'objects' | 'holder' | 'cancel'>;

/**
 * How a layer is: as it was applied last, and what it waits for. One whose applying or removal has begun and not ended is in neither
 * state, so it has no digest.
 *
 * @param underway what this process is doing to it
 * @throws KUBERNETES_…, HELM_RELEASE_UNREADABLE
 */
export async function layerStatus(
  stored: StoredRecord,
  underway: Underway | undefined,
  tools: LookTools,
): Promise<LayerStatus> {
  const { layer, pack, applied, attempt } = stored.record;
  if (underway !== undefined) {
    const wait = await underwayWait(pack, underway, tools);
    const version = applied?.version ?? underway.work.version;
    return { layer, pack, version, digest: '', valuesHash: '', wait, underway: underway.work };
  }
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

/** A wait, and the object that it was read from where there is one. */
interface Found {
  readonly wait: SeenWait;
  readonly live?: KubeObject;
}

/** What keeps a layer that was applied from being healthy; null when nothing does. */
async function layerWait({ record }: StoredRecord, { objects, cancel }: LookTools): Promise<SeenWait | null> {
  const found: Found[] = [];
  const wanted: ObjectReference[] = [...record.members];
  const there = await membersThere(record, { objects, cancel });
  for (const place of record.releases) {
    const state = stateOf(await readHistory(objects, place, cancel));
    const wait = releaseWait(place, state);
    if (wait !== null) found.push({ wait });
    wanted.push(...(await releaseObjects(state, place, { objects, cancel })).map(referenceOf));
  }
  for (let start = 0; start < wanted.length; start += atOnce) {
    const some = await Promise.all(
      wanted.slice(start, start + atOnce).map((one) => waitOf(objects, one, there, cancel)),
    );
    found.push(...some.filter((one) => one !== null));
  }
  return await worst(found, objects, cancel);
}

async function waitOf(
  objects: Objects,
  reference: ObjectReference,
  there: MembersThere,
  cancel: Cancel,
): Promise<Found | null> {
  const isServed = (await objects.discovery.resource(reference, cancel)) !== undefined;
  const live = isServed ? (there(reference) ?? (await objects.get(reference, cancel))) : undefined;
  if (live === undefined) return { wait: absent(reference, isServed, nameOf(reference)) };
  const { wait } = readiness(live);
  if (wait === null) return null;
  if (isBuiltIn(live)) return { wait, live };
  // Whether a custom resource that says nothing has anything to say is known by its definition.
  const told = (await explain(objects.client, live, { cancel, discovery: objects.discovery })).wait;
  return told === null ? null : { wait: told };
}

function isBuiltIn({ apiVersion }: KubeObject): boolean {
  const { group } = groupVersionOf(apiVersion);
  return !group.includes('.') || group.endsWith('.k8s.io');
}

const order = ['failed', 'blocked', 'stalled', 'slow', 'moving'] as const;

/** The one to look at first, down to what stands in its way; how many more there are is told with it. */
async function worst(found: readonly Found[], objects: Objects, cancel: Cancel): Promise<SeenWait | null> {
  const [first, ...more] = found.toSorted((a, b) => order.indexOf(a.wait.level) - order.indexOf(b.wait.level));
  if (first === undefined) return null;
  const explained = first.live === undefined ? null : (await explain(objects.client, first.live, { cancel })).wait;
  const wait = explained ?? first.wait;
  return more.length === 0 ? wait : { ...wait, what: `${wait.what} (and ${more.length} more)` };
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
