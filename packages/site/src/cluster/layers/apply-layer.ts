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
} from './chart-release.ts';
import { refuseLivingOther } from './holder.ts';
import { type LayerAttempt, type LayerRecord, newRecord } from './layer-record.ts';
import type { LayerTools } from './layer-tools.ts';
import { macroSources } from './macro-sources.ts';
import { allMembers, applyManifests, type PlannedManifests, planManifests } from './manifest-set.ts';
import { ensureNamespaces } from './namespaces.ts';
import { type LayerContent, packContent } from './pack-content.ts';

/**
 * Makes the cluster run a layer: what its pack brings with its values, and no more what the layer brought before. All that can be refused is
 * refused before anything is changed. The record says it last, so that a layer whose applying was cut is one that is not applied, and
 * applying it again goes on. What is applied already is not touched.
 *
 * @throws LAYER_…, PACK_…, HELM_…, KUBERNETES_…, RECORD_…, LEASE_LOST, CANCELLED
 */
export async function applyLayer(layer: DesiredLayer, tools: LayerTools): Promise<void> {
  const { records, holder, cancel } = tools;
  const name = `${layer.layer}/${layer.pack}`;
  if (hashOfValues(layer.values) !== layer.valuesHash) {
    throw new SealiftError('LAYER_INVALID', {
      values: { layer: name, reason: 'its values are not those of its hash' },
    });
  }
  const found = await records.find(layer, cancel);
  const before = found?.record;
  if (before !== undefined && isApplied(before, layer)) return;
  const cut = before?.attempt ?? null;
  if (cut !== null) refuseLivingOther(cut, holder, name);
  const content = await contentOf(layer, tools);
  const planned = await plan(layer, content, before, cut, tools);

  const attempt = attemptOf('apply', layer, tools);
  const releases = distinct([...(before?.releases ?? []), ...content.charts]);
  const members = allMembers(before?.members ?? [], planned.manifests.members);
  const begun = { ...(before ?? newRecord(layer)), attempt, releases, members };
  const stored = await records.write(await records.open(layer, cancel), begun, cancel);
  await ensureNamespaces(tools.objects, content, cancel);
  for (const release of planned.releases) await applyRelease(release, attempt, await chartTools(tools));
  await applyManifests(stored, planned.manifests.objects, tools);
  for (const old of releases) {
    if (!content.charts.some((chart) => isSame(chart, old))) await removeRelease(old, await chartTools(tools));
  }
  const { version, digest, valuesHash } = layer;
  const applied = { version, digest, valuesHash, at: new Date().toISOString() };
  const ended = { releases: distinct(content.charts), members: planned.manifests.members };
  await records.write(await records.again(stored, cancel), { ...begun, ...ended, applied, attempt: null }, cancel);
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

/** What a layer brings, with its values. @throws PACK_…, CHART_INVALID, LAYER_INVALID, KUBERNETES_…, HELM_… */
export async function contentOf(layer: DesiredLayer, tools: LayerTools): Promise<LayerContent> {
  const { content, helm, cancel } = tools;
  const { pack, version, digest } = layer;
  const opened = await content.openPack({ pack, version, digest }, cancel);
  const lookup = await macroSources(layer, tools);
  return await packContent(layer, opened, { lookup, helm, cancel });
}

/** Looks at everything that could be refused. Only a release that was left wedged is changed: to one that has failed. */
async function plan(
  layer: DesiredLayer,
  content: LayerContent,
  before: LayerRecord | undefined,
  cut: LayerAttempt | null,
  tools: LayerTools,
): Promise<{ readonly manifests: PlannedManifests; readonly releases: readonly PlannedRelease[] }> {
  const manifests = await planManifests(layer, before?.members ?? [], content, tools);
  const releases: PlannedRelease[] = [];
  for (const chart of content.charts) {
    const through = await chartTools(tools);
    await freeRelease(chart, cut, through);
    releases.push(await planRelease(chart, content.mayShrink, through));
  }
  return { manifests, releases };
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
export async function chartTools({ helm, objects, cancel }: LayerTools): Promise<ChartTools> {
  return { helm: await helm(), objects, cancel };
}
