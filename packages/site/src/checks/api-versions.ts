import type { Check, CheckItem } from '@sealift/core/check';
import type { SealiftError } from '@sealift/core/errors';
import { mapAtOnce } from '@sealift/io/map-at-once';
import { newestRevisions } from '@sealift/kubernetes/helm-newest-revisions';
import { readHistory, stateOf } from '@sealift/kubernetes/helm-releases';
import { readManifest } from '@sealift/kubernetes/manifest';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { lastKnownMinor, removedIn } from '@sealift/kubernetes/removed-apis';
import { type RequestedApi, requestedRemovedApis } from '@sealift/kubernetes/requested-apis';
import { versionWriters } from '@sealift/kubernetes/version-writers';
import type { StaleKind } from '@sealift/kubernetes/stale-versions';
import { block, type Finding, pass, runCheck, warn, withItems } from '@sealift/upgrade/preflight/check';
import { releaseObjects, shownPlace } from '../cluster/layers/chart-release.ts';
import type { LayerTools } from '../cluster/layers/layer-tools.ts';
import { renderLayer, renderManifests } from '../cluster/layers/render-layer.ts';
import { staleKinds } from '../cluster/stored-versions/stale-kinds.ts';
import type { OpenLayerTools } from './layers/layer-checks.ts';
import { type LayerMove, moveName } from './layers/layer-move.ts';
import { renderFailure, renderRemedyOf } from './layers/render-failure.ts';

/** It renders what the checks of rendering do: sixty charts, on a machine that does other things. */
const usualTimeoutMs = 90_000;
const atOnce = 2;
const openRemedy = 'Settle what is open in the merge, then run the preflight again; Confirm does so too.';

/** What in the cluster and in the layers hangs on API versions that go with the upgrade. */
export interface UsedVersions {
  /** Objects that layers will apply, and of the manifests of those that stay as they are. */
  readonly coming: readonly PlacedObject[];
  /** Layers of which nobody knows what they will apply, as conflicts of their merge are open. */
  readonly open: readonly string[];
  /** Layers that do not render, so that nobody knows either; with why. */
  readonly unrendered: readonly { readonly place: string; readonly failure: SealiftError }[];
  /** Objects as helm recorded them, of releases that are upgraded: it looks for them in their old version first. */
  readonly recorded: readonly PlacedObject[];
  /** Objects of releases of Helm that no layer has, as their newest revisions have them. */
  readonly foreign: readonly PlacedObject[];
  /** What API servers were asked for, with who wrote objects so; undefined where the account may not read that. */
  readonly requested: readonly (RequestedApi & { readonly writers: readonly string[] })[] | undefined;
  readonly stale: readonly StaleKind[];
}

/** An object, and where it was found. */
export interface PlacedObject {
  readonly place: string;
  readonly object: KubeObject;
}

/** Which API versions that the target's Kubernetes or its packs do not serve are still in use. Changes nothing. */
export function apiVersionsCheck(
  open: OpenLayerTools,
  { layers, kubernetes }: { readonly layers: () => Promise<readonly LayerMove[]>; readonly kubernetes: string },
  { timeoutMs = usualTimeoutMs }: { readonly timeoutMs?: number } = {},
): Promise<Check> {
  const look = async (cancel: AbortSignal): Promise<Finding> => {
    const [tools, moves] = await Promise.all([open(cancel), layers()]);
    return judgeVersions(await usedVersions(moves, tools, minorOf(kubernetes)), kubernetes);
  };
  return runCheck('api-versions', 'Nothing hangs on API versions that go', look, { timeoutMs });
}

async function usedVersions(moves: readonly LayerMove[], tools: LayerTools, minor: number): Promise<UsedVersions> {
  const { objects, cancel } = tools;
  const unrendered: UsedVersions['unrendered'][number][] = [];
  const rendered = await mapAtOnce(moves, atOnce, async (move) => {
    const place = moveName(move);
    try {
      return (await objectsThen(move, tools)).map((object) => ({ place, object }));
    } catch (error) {
      unrendered.push({ place, failure: renderFailure(error) });
      return [];
    }
  });
  // Of layers that stay or go as well: helm looks for every object of its record in the version that stands there.
  const recorded = await mapAtOnce(moves, atOnce, (move) => recordedObjects(move, tools));
  const coming = rendered.flat();
  return {
    coming,
    open: moves.filter(({ doing, next }) => doing === 'apply' && next === undefined).map((move) => moveName(move)),
    unrendered,
    recorded: recorded.flat(),
    foreign: await foreignObjects(tools),
    requested: await requestedBy(tools, minor),
    stale: await staleKinds(
      objects,
      coming.map(({ object }) => object),
      cancel,
    ),
  };
}

async function objectsThen({ now, next, doing }: LayerMove, tools: LayerTools): Promise<readonly KubeObject[]> {
  if (next !== undefined) return await renderLayer(next, tools);
  // What its charts brought is recorded with their releases.
  return doing === 'nothing' && now !== undefined ? await renderManifests(now, tools) : [];
}

async function requestedBy({ objects, cancel }: LayerTools, minor: number): Promise<UsedVersions['requested']> {
  const all = await requestedRemovedApis(objects.client, cancel);
  return (
    all &&
    (await mapAtOnce(all, atOnce, async (api) => ({
      ...api,
      writers: api.removedIn <= minor ? await versionWriters(objects, api, cancel) : [],
    })))
  );
}

/** Of each the newest revision alone: older ones are history. One whose record cannot be read is no release that Helm could upgrade. */
async function foreignObjects({ objects, records, cancel }: LayerTools): Promise<readonly PlacedObject[]> {
  const own = new Set((await records.all(cancel)).flatMap(({ record }) => record.releases.map(shownPlace)));
  const found: PlacedObject[] = [];
  for await (const { namespace, name, stored } of newestRevisions(objects, cancel)) {
    const place = shownPlace({ namespace, name });
    if (own.has(place) || stored === undefined || stored.status === 'uninstalled') continue;
    // Nothing but what goes some day is kept: there may be many releases.
    const going = readManifest(stored.manifest, `the release ${place}`).filter(
      ({ object }) => removedIn(object) !== undefined,
    );
    found.push(...going.map(({ object }) => ({ place: `release ${place} of Helm`, object })));
  }
  return found;
}

async function recordedObjects(move: LayerMove, tools: LayerTools): Promise<readonly PlacedObject[]> {
  const stored = await tools.records.find(move, tools.cancel);
  const found: PlacedObject[] = [];
  for (const release of stored?.record.releases ?? []) {
    const state = stateOf(await readHistory(tools.objects, release, tools.cancel));
    const place = `${moveName(move)}, release ${shownPlace(release)}`;
    found.push(...(await releaseObjects(state, release, tools)).map((object) => ({ place, object })));
  }
  return found;
}

/** What that means for a Kubernetes, such as `1.37.2`. */
export function judgeVersions(
  { coming, open, unrendered, recorded, foreign, requested, stale }: UsedVersions,
  kubernetes: string,
): Finding {
  const minor = minorOf(kubernetes);
  const goes = (at: number | undefined): at is number => at !== undefined && at <= minor;
  const removed = (from: readonly PlacedObject[], remedy: string): readonly CheckItem[] =>
    from.flatMap(({ place, object }) => {
      const at = removedIn(object);
      if (!goes(at)) return [];
      const text = `${object.apiVersion} is not served from Kubernetes 1.${at} on`;
      return [{ place: `${place}: ${nameOf(referenceOf(object))}`, text, remedy }];
    });
  const blocking = [
    ...removed(coming, 'Use a release whose pack has the newer version, or another value where the pack lets choose.'),
    ...removed(
      recorded,
      'Helm fails to upgrade such a release once the version is gone. Apply a chart without it first, while it is served.',
    ),
    ...stale
      .filter(({ target }) => target === undefined)
      .map(({ definition }) => ({
        place: definition,
        text: 'no version of it is served both now and later',
        remedy: 'Install a release between the two first.',
      })),
  ];
  const ofOthers = removed(
    foreign,
    'Helm fails to upgrade such a release once the version is gone: let its owner install a chart without it first.',
  );
  const asked = (requested ?? [])
    .filter(({ removedIn: at }) => goes(at))
    .map(({ name, removedIn: at, writers }) => ({
      place: name,
      text: `${writers.length === 0 ? 'somebody asks' : `${writers.join(', ')} and maybe others ask`} for it, and from Kubernetes 1.${at} on it is not served`,
      remedy:
        writers.length === 0
          ? 'Find who: the audit log of the API server has k8s.io/deprecated at such requests. Upgrade that program.'
          : 'Upgrade these programs. The audit log of the API server has k8s.io/deprecated at all such requests.',
    }));
  const rewritten = stale
    .filter(({ target }) => target !== undefined)
    .map(({ definition, stored, managed, objects, trouble }) => ({
      place: definition,
      text:
        objects === null
          ? `its objects cannot be listed: ${trouble?.message ?? ''}`
          : `${objects.total} objects may be stored in ${named(stored)}, field managers of ${objects.managed} name ${named(managed)}; the upgrade rewrites them`,
    }));
  const unseen = stale.filter(({ trouble }) => trouble !== null);
  const items = [...blocking, ...ofOthers, ...asked, ...rewritten];
  const [first] = items;
  const detail =
    first === undefined
      ? ''
      : `${first.place}: ${first.text}${items.length > 1 ? ` (and ${items.length - 1} more)` : ''}`;
  if (blocking.length > 0) return withItems(block(detail, blocking[0]?.remedy ?? ''), items);
  if (unseen.length > 0) {
    const remedy = unseen[0]?.trouble?.hint ?? 'Look again.';
    return withItems({ outcome: 'unknown', detail, remedy }, items);
  }
  const [failed] = unrendered;
  if (failed !== undefined) {
    const seen = `Not looked at, as it does not render: ${unrendered.map(({ place }) => place).join(', ')} (${failed.failure.message})`;
    return withItems({ outcome: 'unknown', detail: seen, remedy: renderRemedyOf(failed.failure) }, items);
  }
  const [warned] = [...ofOthers, ...asked];
  if (warned !== undefined) return withItems(warn(detail, warned.remedy ?? ''), items);
  const blind = [
    ...(open.length === 0 ? [] : [`not looked at while conflicts of the merge are open: ${open.join(', ')}`]),
    ...(requested === undefined ? ['what the API server was asked for may not be read'] : []),
    ...(Number.isNaN(minor) || minor > lastKnownMinor
      ? [`what Kubernetes ${kubernetes} removes is not known here`]
      : []),
  ];
  if (blind.length > 0) {
    const remedy =
      open.length > 0
        ? openRemedy
        : 'See the deprecation guide of Kubernetes, and the metric apiserver_requested_deprecated_apis.';
    return withItems(warn(blind.join('; '), remedy), items);
  }
  const told = rewritten.length === 0 ? 'none is' : `${rewritten.length} kinds are rewritten by the upgrade`;
  return withItems(pass(`${coming.length} objects of layers, and what API servers were asked for: ${told}`), items);
}

/** NaN of what is no version of Kubernetes 1: then nothing goes that is known, and it is said that it isn't known. */
function minorOf(kubernetes: string): number {
  return Number(/^1\.(\d{1,3})\./.exec(kubernetes)?.[1] ?? Number.NaN);
}

function named(versions: readonly string[]): string {
  return versions.length === 0 ? 'none that goes' : versions.join(', ');
}
