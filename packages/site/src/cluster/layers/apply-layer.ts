import { randomUUID } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import type { ReleasePlace } from '@sealift/kubernetes/helm-releases';
import { hashOfValues } from '@sealift/upgrade/frozen';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import {
  applyRelease,
  type ChartTools,
  freeRelease,
  type PlannedRelease,
  planRelease,
  removeRelease,
  type Repoint,
} from './chart-release.ts';
import { isWorkload } from '../images/image-places.ts';
import { copyPullSecret, readPullSecret } from '../images/pull-secret.ts';
import { refuseLivingOther } from './holder.ts';
import { type LayerAttempt, type LayerRecord, newRecord } from './layer-record.ts';
import { contentOf, repointOf } from './layer-content.ts';
import type { Rest } from './layer-runs.ts';
import type { LayerTools } from './layer-tools.ts';
import { allMembers, applyManifests, type PlannedManifests, planManifests } from './manifest-set.ts';
import { ensureNamespaces } from './namespaces.ts';
import type { LayerContent } from './pack-content.ts';

/**
 * Makes the cluster run a layer: what its pack brings with its values, and no more what the layer brought before. All that can be refused is
 * refused before anything is changed. The record says it last, so that a layer whose applying was cut is one that is not applied, and
 * applying it again goes on. What is applied already is not touched.
 *
 * @returns the rest, which takes as long as hooks do; null where the layer is applied already
 * @throws LAYER_…, PACK_…, HELM_…, KUBERNETES_…, RECORD_…, LEASE_LOST, CANCELLED
 */
export async function applyLayer(layer: DesiredLayer, tools: LayerTools): Promise<Rest | null> {
  const { records, holder, cancel } = tools;
  const name = `${layer.layer}/${layer.pack}`;
  if (hashOfValues(layer.values) !== layer.valuesHash) {
    throw new SealiftError('LAYER_INVALID', {
      values: { layer: name, reason: 'its values are not those of its hash' },
    });
  }
  const found = await records.find(layer, cancel);
  const before = found?.record;
  if (before !== undefined && isApplied(before, layer)) return null;
  const cut = before?.attempt ?? null;
  if (cut !== null) refuseLivingOther(cut, holder, name);
  const repoint = await repointOf(layer, tools);
  const content = await contentOf(layer, repoint, tools);
  const planned = await plan(layer, { content, before, cut, repoint }, tools);

  const attempt = attemptOf('apply', layer, tools);
  const releases = distinct([...(before?.releases ?? []), ...content.charts]);
  const members = allMembers(before?.members ?? [], planned.manifests.members);
  const begun = { ...(before ?? newRecord(layer)), attempt, releases, members };
  const stored = await records.write(found ?? (await records.open(layer, cancel)), begun, cancel);
  return async (at) => {
    await ensureNamespaces(tools.objects, content, cancel);
    await copyLogin(planned, tools);
    for (const release of planned.releases) {
      at(release.chart);
      await applyRelease(release, attempt, await chartTools(tools, repoint));
    }
    at(null);
    await applyManifests(stored, planned.manifests.objects, tools);
    // Again, for namespaces that came with the objects.
    await copyLogin(planned, tools);
    for (const old of releases) {
      if (content.charts.some((chart) => isSame(chart, old))) continue;
      at(old);
      await removeRelease(old, await chartTools(tools));
    }
    const { version, digest, valuesHash } = layer;
    const applied = { version, digest, valuesHash, at: new Date().toISOString() };
    const ended = { releases: distinct(content.charts), members: planned.manifests.members };
    const done = { ...begun, ...ended, applied, attempt: null };
    await records.write(await records.again(stored, cancel), done, cancel, layer.values);
  };
}

/** Whether the layer was applied to its end with exactly this, and nothing was begun since. */
function isApplied({ applied, attempt }: LayerRecord, { version, digest, valuesHash }: DesiredLayer): boolean {
  return (
    attempt === null &&
    applied !== null &&
    applied.version === version &&
    applied.digest === digest &&
    applied.valuesHash === valuesHash
  );
}

interface PlannedLayer {
  readonly manifests: PlannedManifests;
  readonly releases: readonly PlannedRelease[];
}

/** Looks at everything that could be refused. Only a release that was left wedged is changed: to one that has failed. */
async function plan(
  layer: DesiredLayer,
  {
    content,
    before,
    cut,
    repoint,
  }: {
    readonly content: LayerContent;
    readonly before: LayerRecord | undefined;
    readonly cut: LayerAttempt | null;
    readonly repoint: Repoint | undefined;
  },
  tools: LayerTools,
): Promise<PlannedLayer> {
  const { objects, imageRegistry, cancel } = tools;
  if (imageRegistry?.pullSecret !== undefined) {
    await readPullSecret(objects, imageRegistry.registry, imageRegistry.pullSecret, cancel);
  }
  const manifests = await planManifests(layer, before?.members ?? [], content, tools);
  const releases: PlannedRelease[] = [];
  for (const chart of content.charts) {
    const through = await chartTools(tools, repoint);
    await freeRelease(chart, cut, through);
    releases.push(await planRelease(chart, content.mayShrink, through));
  }
  return { manifests, releases };
}

/** Gives the namespaces of the layer's workloads the login to the site's registry, where it asks for one. */
async function copyLogin({ manifests, releases }: PlannedLayer, tools: LayerTools): Promise<void> {
  const { objects, imageRegistry, cancel } = tools;
  if (imageRegistry?.pullSecret === undefined) return;
  const ofManifests = manifests.objects.filter(isWorkload).map(({ metadata }) => metadata.namespace ?? '');
  // Hooks are in the namespace of their release, or name another that is there.
  const ofReleases = releases.flatMap(({ chart, namespaces }) => [chart.namespace, ...namespaces]);
  await copyPullSecret(objects, imageRegistry, new Set([...ofManifests, ...ofReleases]), cancel);
}

/** What is begun now. */
export function attemptOf(
  doing: LayerAttempt['doing'],
  { version, digest, valuesHash }: Pick<LayerAttempt, 'version' | 'digest' | 'valuesHash'>,
  { holder }: LayerTools,
): LayerAttempt {
  const at = new Date().toISOString();
  return { id: randomUUID(), holder: holder.id, epoch: holder.epoch, at, doing, version, digest, valuesHash };
}

function isSame(a: ReleasePlace, b: ReleasePlace): boolean {
  return a.namespace === b.namespace && a.name === b.name;
}

function distinct(releases: readonly ReleasePlace[]): LayerRecord['releases'] {
  const all = new Map(releases.map(({ namespace, name }) => [`${namespace}/${name}`, { namespace, name }]));
  return [...all.values()];
}

/** @throws HELM_MISSING, HELM_OTHER */
export async function chartTools({ helm, objects, cancel }: LayerTools, repoint?: Repoint): Promise<ChartTools> {
  return { helm: await helm(), objects, cancel, repoint };
}
