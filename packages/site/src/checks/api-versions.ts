import type { Check, CheckItem } from '@sealift/core/check';
import { mapAtOnce } from '@sealift/io/map-at-once';
import { readHistory, stateOf } from '@sealift/kubernetes/helm-releases';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { lastKnownMinor, removedIn } from '@sealift/kubernetes/removed-apis';
import { type RequestedApi, requestedRemovedApis } from '@sealift/kubernetes/requested-apis';
import type { StaleKind } from '@sealift/kubernetes/stale-versions';
import { block, type Finding, pass, runCheck, warn, withItems } from '@sealift/upgrade/preflight/check';
import { releaseObjects, shownPlace } from '../cluster/layers/chart-release.ts';
import type { LayerTools } from '../cluster/layers/layer-tools.ts';
import { renderLayer } from '../cluster/layers/render-layer.ts';
import { staleKinds } from '../cluster/stored-versions/stale-kinds.ts';
import type { OpenLayerTools } from './layers/layer-checks.ts';
import { type LayerMove, moveName } from './layers/layer-move.ts';

/** It renders what the checks of rendering do: sixty charts, on a machine that does other things. */
const usualTimeoutMs = 90_000;
const atOnce = 2;

/** What in the cluster and in the layers hangs on API versions that go with the upgrade. */
export interface UsedVersions {
  /** Objects that layers will apply. */
  readonly coming: readonly PlacedObject[];
  /** Objects as helm recorded them, of releases that are upgraded: it looks for them in their old version first. */
  readonly recorded: readonly PlacedObject[];
  /** What API servers were asked for; undefined where the account may not read that. */
  readonly requested: readonly RequestedApi[] | undefined;
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
    return judgeVersions(await usedVersions(moves, tools), kubernetes);
  };
  return runCheck('api-versions', 'Nothing hangs on API versions that go', look, { timeoutMs });
}

async function usedVersions(moves: readonly LayerMove[], tools: LayerTools): Promise<UsedVersions> {
  const { objects, cancel } = tools;
  const applied = moves.flatMap((move) => (move.next === undefined ? [] : [{ move, next: move.next }]));
  const rendered = await mapAtOnce(applied, atOnce, async ({ move, next }) =>
    (await renderLayer(next, tools)).map((object) => ({ place: moveName(move), object })),
  );
  // Of layers that stay or go as well: helm looks for every object of its record in the version that stands there.
  const recorded = await mapAtOnce(moves, atOnce, (move) => recordedObjects(move, tools));
  const coming = rendered.flat();
  return {
    coming,
    recorded: recorded.flat(),
    requested: await requestedRemovedApis(objects.client, cancel),
    stale: await staleKinds(
      objects,
      coming.map(({ object }) => object),
      cancel,
    ),
  };
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
export function judgeVersions({ coming, recorded, requested, stale }: UsedVersions, kubernetes: string): Finding {
  const minor = Number(/^1\.(\d{1,3})\./.exec(kubernetes)?.[1] ?? Number.NaN);
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
  const asked = (requested ?? [])
    .filter(({ removedIn: at }) => goes(at))
    .map(({ name, removedIn: at }) => ({
      place: name,
      text: `somebody asks for it, and from Kubernetes 1.${at} on it is not served`,
      remedy: 'Find who: the audit log of the API server has k8s.io/deprecated at such requests. Upgrade that program.',
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
  const items = [...blocking, ...asked, ...rewritten];
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
  if (asked.length > 0) return withItems(warn(detail, asked[0]?.remedy ?? ''), items);
  const blind = [
    ...(requested === undefined ? ['what the API server was asked for may not be read'] : []),
    ...(Number.isNaN(minor) || minor > lastKnownMinor
      ? [`what Kubernetes ${kubernetes} removes is not known here`]
      : []),
  ];
  if (blind.length > 0) {
    const remedy = 'See the deprecation guide of Kubernetes, and the metric apiserver_requested_deprecated_apis.';
    return withItems(warn(blind.join('; '), remedy), items);
  }
  const told = rewritten.length === 0 ? 'none is' : `${rewritten.length} kinds are rewritten by the upgrade`;
  return withItems(pass(`${coming.length} objects of layers, and what API servers were asked for: ${told}`), items);
}

function named(versions: readonly string[]): string {
  return versions.length === 0 ? 'none that goes' : versions.join(', ');
}
