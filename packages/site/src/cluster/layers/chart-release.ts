import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { waitingFor } from '@sealift/core/upgrade';
import type { ChartRun, Helm } from '@sealift/kubernetes/helm';
import { belongsTo, fieldsShown, type Inspection, inspectUpgrade } from '@sealift/kubernetes/helm-inspect';
import { placed } from '@sealift/kubernetes/helm-placed';
import {
  isPending,
  readHistory,
  recordFailed,
  recordManifest,
  type ReleasePlace,
  stateOf,
  type StoredRevision,
} from '@sealift/kubernetes/helm-releases';
import { readManifest } from '@sealift/kubernetes/manifest';
import {
  identityOfReference,
  type KubeObject,
  nameOf,
  type ObjectReference,
  referenceOf,
} from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { applyDefinitions, capabilities, type PlannedDefinitions, planDefinitions } from './chart-definitions.ts';
import { isWorkload } from '../images/image-places.ts';
import { isKept } from './kept-objects.ts';
import type { LayerAttempt } from './layer-record.ts';
import type { PackChart } from './pack-content.ts';
import { dropped, refuseShrinking } from './shrinking.ts';

/** Label of a release's record: the attempt that began the revision. */
const attemptLabel = 'sealift.dev/attempt';
const shown = 10;

/** How charts are brought to a cluster. */
export interface ChartTools {
  readonly helm: Helm;
  readonly objects: Objects;
  readonly cancel: Cancel;
  /** Makes objects pull their images from the site's registry; undefined where they keep their names. */
  readonly repoint?: Repoint | undefined;
}

/** @throws LAYER_IMAGE_MISSING */
export type Repoint = (objects: readonly KubeObject[]) => readonly KubeObject[];

/** A release as it is, and what its chart would make of it. */
export interface PlannedRelease {
  readonly chart: PackChart;
  readonly deployed: StoredRevision | undefined;
  readonly definitions: PlannedDefinitions;
  /** Objects that the release has and the chart has no more, which stay. */
  readonly kept: readonly KubeObject[];
  /** Namespaces of its workloads. */
  readonly namespaces: readonly string[];
}

/** The same, with what it would bring and what of others it would meet. */
export interface InspectedRelease extends PlannedRelease, Inspection {
  readonly rendered: readonly KubeObject[];
}

/**
 * Looks at what a chart would do before anything is done: it renders, it is not emptied, it takes nothing of others.
 *
 * @throws LAYER_EMPTY, LAYER_SHRUNK, HELM_OWNERSHIP, HELM_FIELD_CONFLICT, HELM_RELEASE_WEDGED, HELM_FAILED, KUBERNETES_…
 */
export async function planRelease(chart: PackChart, mayShrink: boolean, tools: ChartTools): Promise<PlannedRelease> {
  const found = await inspectRelease(chart, mayShrink, tools);
  const { foreignObjects, foreignFields } = found;
  if (foreignObjects.length > 0) throw ownership(chart, foreignObjects);
  if (foreignFields.length > 0) {
    const release = shownPlace(chart);
    throw new SealiftError('HELM_FIELD_CONFLICT', {
      about: { kind: 'Release', name: release },
      values: { release, fields: fieldsShown(foreignFields.slice(0, shown)) },
    });
  }
  return found;
}

/** As `planRelease`, but tells what belongs to others. @throws LAYER_EMPTY, LAYER_SHRUNK, HELM_OWNERSHIP of hooks, HELM_FAILED, KUBERNETES_… */
export async function inspectRelease(
  chart: PackChart,
  mayShrink: boolean,
  tools: ChartTools,
): Promise<InspectedRelease> {
  const { helm, objects, cancel } = tools;
  const { deployed } = stateOf(await readHistory(objects, chart, cancel));
  const definitions = await planDefinitions(
    await helm.definitions(runOf(chart, cancel)),
    shownPlace(chart),
    objects,
    cancel,
  );
  const { rendered: after, hooks } = await renderAll(chart, definitions, tools);
  const before = deployed === undefined ? [] : await objectsOf(deployed.manifest, chart, tools);
  // A chart may be nothing but hooks, or definitions in its folder `crds`, which helm renders apart.
  const elsewhere = before.length === 0 && after.length === 0 && hooks + definitions.objects.length > 0;
  if (!elsewhere) {
    const what = `the release ${shownPlace(chart)}`;
    refuseShrinking(what, before.map(referenceOf), after.map(referenceOf), mayShrink);
  }
  const met = await inspectUpgrade(objects, chart, after, cancel);
  const kept = await keptOf(dropped(before, after), tools);
  const namespaces = after.filter(isWorkload).map(({ metadata }) => metadata.namespace ?? chart.namespace);
  return { chart, deployed, definitions, kept, namespaces, rendered: after, ...met };
}

/**
 * Renders a chart with the cluster, or without it where its own kinds are not served yet. Where objects are in its way, all of them are named
 * and not helm's first one alone.
 */
async function renderAll(
  chart: PackChart,
  definitions: PlannedDefinitions,
  tools: ChartTools,
): Promise<{ readonly rendered: readonly KubeObject[]; readonly hooks: number }> {
  const { helm, objects, cancel, repoint = (as) => as } = tools;
  const away = async () => {
    const text = await helm.renderAlone(runOf(chart, cancel), await capabilities(definitions, objects, cancel));
    const all = repoint(readManifest(text, `the release ${shownPlace(chart)}`).map(({ object }) => object));
    const rendered = all.filter(({ metadata }) => !Object.hasOwn(metadata.annotations ?? {}, 'helm.sh/hook'));
    const places = await placed(objects, [...definitions.objects, ...rendered], chart.namespace, cancel);
    return { rendered: places.slice(definitions.objects.length), hooks: all.length - rendered.length };
  };
  if (!definitions.served) return await away();
  try {
    const { manifest, hooks } = await helm.render(runOf(chart, cancel));
    for (const hook of hooks) repoint(readObjects(hook, chart));
    return { rendered: repoint(await objectsOf(manifest, chart, tools)), hooks: hooks.length };
  } catch (error) {
    if (!isSealiftError(error, 'HELM_OWNERSHIP')) throw error;
    const alone = await away();
    const { foreignObjects } = await inspectUpgrade(objects, chart, alone.rendered, cancel);
    // Who only looks is told of each; who plans refuses them.
    if (foreignObjects.length > 0) return alone;
    throw error;
  }
}

function ownership(chart: PackChart, foreign: readonly ObjectReference[]): SealiftError {
  return new SealiftError('HELM_OWNERSHIP', {
    about: { kind: 'Release', name: shownPlace(chart) },
    values: { release: shownPlace(chart), objects: listed(foreign.map((object) => nameOf(object))) },
  });
}

/** Brings a release to what was planned. @throws HELM_FAILED, HELM_TIMEOUT, HELM_OWNERSHIP, KUBERNETES_… */
export async function applyRelease(
  { chart, deployed, definitions, kept }: PlannedRelease,
  attempt: LayerAttempt,
  tools: ChartTools,
): Promise<void> {
  const { helm, objects, cancel } = tools;
  if (deployed !== undefined && kept.length > 0) await forget(deployed, kept, tools);
  await applyDefinitions(definitions, objects, cancel);
  const labels = { [attemptLabel]: attempt.id };
  await helm.upgrade({ ...runOf(chart, cancel), labels }, await repointed(chart, tools));
  const { last } = stateOf(await readHistory(objects, chart, cancel));
  if (last?.status === 'deployed' && last.labels[attemptLabel] === attempt.id) return;
  const reason = `helm ended well, but its record says ${last === undefined ? 'nothing' : `revision ${last.revision} is ${last.status}`}`;
  throw new SealiftError('HELM_FAILED', { values: { verb: 'upgrade', release: shownPlace(chart), reason } });
}

/** What the chart renders to with its images at the site's registry; undefined where they keep their names, or where nothing comes of it. */
async function repointed(chart: PackChart, { helm, cancel, repoint }: ChartTools): Promise<string | undefined> {
  if (repoint === undefined) return undefined;
  const { manifest, hooks } = await helm.render(runOf(chart, cancel));
  const objects = [manifest, ...hooks].flatMap((text) => repoint(readObjects(text, chart)));
  if (objects.length === 0) return undefined;
  return objects.map((object) => `---\n${JSON.stringify(object)}\n`).join('');
}

/** Removes a release with what it installed, but for what is kept. @throws HELM_FAILED, HELM_TIMEOUT, KUBERNETES_… */
export async function removeRelease(place: ReleasePlace, tools: ChartTools): Promise<void> {
  const { helm, objects, cancel } = tools;
  const { last } = stateOf(await readHistory(objects, place, cancel));
  if (last === undefined) return;
  const all = await objectsOf(last.manifest, place, tools);
  const kept = await keptOf(all, tools);
  if (kept.length > 0) await forget(last, kept, tools);
  await helm.uninstall({ ...place, cancel });
}

/**
 * A release that helm takes for being worked on is given free when the record says that the attempt which began it has ended, and when
 * nothing would be lost sight of: objects that only the cut revision has must be in what is applied next.
 *
 * @param ended the attempt of the layer's record that is known to have ended; null where there is none
 * @throws HELM_RELEASE_WEDGED, KUBERNETES_…
 */
export async function freeRelease(chart: PackChart, ended: LayerAttempt | null, tools: ChartTools): Promise<void> {
  const last = await cutRevision(chart, ended, tools);
  if (last === undefined) return;
  const reason = `cut at ${new Date().toISOString()}: ${ended?.holder ?? 'what'}, which began it, is no more`;
  await recordFailed(tools.objects, last, reason, tools.cancel);
}

/** The revision that `freeRelease` would end; undefined where helm takes the release for idle. Only looks. @throws as `freeRelease` */
export async function cutRevision(
  chart: PackChart,
  ended: LayerAttempt | null,
  tools: ChartTools,
): Promise<StoredRevision | undefined> {
  const { helm, objects, cancel } = tools;
  const { last, deployed } = stateOf(await readHistory(objects, chart, cancel));
  if (last === undefined || !isPending(last)) return undefined;
  // Helm labels what it installs, and says of what it removes only that it does.
  const began = last.status === 'uninstalling' ? ended?.doing === 'remove' : ended?.id === last.labels[attemptLabel];
  if (ended === null || !began) throw wedged(last, 'it is not known who began that');
  const next = await objectsOf(await helm.renderAlone(runOf(chart, cancel)), chart, tools);
  const before = deployed === undefined ? [] : await objectsOf(deployed.manifest, chart, tools);
  const cut = dropped(await objectsOf(last.manifest, chart, tools), [...before, ...next]);
  const left: string[] = [];
  for (const object of cut) {
    const live = await liveOf(objects, object, cancel);
    if (live !== undefined && belongsTo(live, chart)) left.push(nameOf(referenceOf(live)));
  }
  if (left.length > 0) {
    throw wedged(
      last,
      `it has made objects that neither revision ${deployed?.revision ?? 'before'} nor what comes next has: ${listed(left)}`,
    );
  }
  return last;
}

/** What a release waits for; null where its last revision ended well. */
export function releaseWait(place: ReleasePlace, { last }: ReturnType<typeof stateOf>) {
  const object = { kind: 'Release', name: shownPlace(place) };
  if (last === undefined) {
    const remedy =
      'Find out who removed it. It comes back when the layer is applied with other values or another version.';
    return waitingFor(`the release ${object.name} is not there`, { level: 'blocked', object, remedy });
  }
  if (last.status === 'deployed') return null;
  const known = {
    object,
    since: last.since,
    reference: last.description === '' ? null : last.description.slice(0, 500),
  };
  const what = `revision ${last.revision} of the release ${object.name} is ${last.status}`;
  if (isPending(last)) return waitingFor(what, known);
  const remedy = 'Mend what helm says, then resume; `helm history` shows the revisions.';
  return waitingFor(what, { ...known, level: 'failed', remedy });
}

/** The objects that a release's last good revision has installed. @throws KUBERNETES_… */
export async function releaseObjects(
  { deployed }: ReturnType<typeof stateOf>,
  place: ReleasePlace,
  tools: Pick<ChartTools, 'objects' | 'cancel'>,
): Promise<readonly KubeObject[]> {
  return deployed === undefined ? [] : await objectsOf(deployed.manifest, place, tools);
}

async function objectsOf(
  manifest: string,
  place: ReleasePlace,
  { objects, cancel }: Pick<ChartTools, 'objects' | 'cancel'>,
): Promise<readonly KubeObject[]> {
  return await placed(objects, readObjects(manifest, place), place.namespace, cancel);
}

function readObjects(manifest: string, place: ReleasePlace): readonly KubeObject[] {
  return readManifest(manifest, `the release ${shownPlace(place)}`).map(({ object }) => object);
}

async function keptOf(from: readonly KubeObject[], { objects, cancel }: ChartTools): Promise<readonly KubeObject[]> {
  const kept: KubeObject[] = [];
  for (const object of from) {
    if (await isKept(objects, object, cancel)) kept.push(object);
  }
  return kept;
}

async function liveOf(objects: Objects, object: KubeObject, cancel: Cancel): Promise<KubeObject | undefined> {
  const served = await objects.discovery.resource(object, cancel);
  return served === undefined ? undefined : await objects.get(referenceOf(object), cancel);
}

/** Takes objects out of what helm knows of a release, so that it leaves them where they are. */
async function forget(revision: StoredRevision, kept: readonly KubeObject[], tools: ChartTools): Promise<void> {
  const forgotten = new Set(kept.map((object) => identityOfReference(referenceOf(object))));
  const place = { namespace: revision.namespace, name: revision.release };
  const parts: string[] = [];
  for (const part of revision.manifest.split(/^---[^\n]*\n/m)) {
    const inPart = await objectsOf(part, place, tools);
    const left = inPart.filter((object) => !forgotten.has(identityOfReference(referenceOf(object))));
    if (left.length === inPart.length) parts.push(part);
    // A list of several objects.
    else parts.push(...left.map((object) => `${JSON.stringify(object)}\n`));
  }
  await recordManifest(tools.objects, revision, parts.map((part) => `---\n${part}`).join(''), tools.cancel);
}

/** A chart as helm is run with it. */
export function runOf({ archive, namespace, name, values }: PackChart, cancel: Cancel): ChartRun {
  return { namespace, name, chart: archive, values, cancel };
}

function wedged({ status, namespace, release, since }: StoredRevision, reason: string): SealiftError {
  const shownStatus = since === null ? status : `${status} since ${since}`;
  const place = shownPlace({ namespace, name: release });
  return new SealiftError('HELM_RELEASE_WEDGED', {
    about: { kind: 'Release', name: place },
    values: { release: place, status: shownStatus, reason },
  });
}

/** For a person: `shop/web`. */
export function shownPlace({ namespace, name }: ReleasePlace): string {
  return `${namespace}/${name}`;
}

function listed(names: readonly string[]): string {
  const more = names.length > shown ? ` and ${names.length - shown} more` : '';
  return `${names.slice(0, shown).join(', ')}${more}`;
}
