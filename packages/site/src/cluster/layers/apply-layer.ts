import { randomUUID } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
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
import type { LayerAttempt, LayerRecord, StoredRecord } from './layer-record.ts';
import type { LayerTools } from './layer-tools.ts';
import { macroSources } from './macro-sources.ts';
import { applyManifests, checkManifests } from './manifest-set.ts';
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
  const planned = await plan(content, found, cut, tools);

  const attempt = attemptOf('apply', layer, tools);
  const releases = distinct([...(before?.releases ?? []), ...content.charts]);
  const stored = await records.write(
    await records.open(layer, cancel),
    recordOf(layer, before, attempt, releases),
    cancel,
  );
  await ensureNamespaces(tools.objects, content, cancel);
  for (const release of planned) await applyRelease(release, attempt, await chartTools(tools));
  const parent = await applyManifests(stored, content, tools);
  for (const old of releases.filter(
    (one) => !content.charts.some(({ namespace, name: of }) => one.namespace === namespace && one.name === of),
  )) {
    await removeRelease(old, await chartTools(tools));
  }
  const { version, digest, valuesHash } = layer;
  const applied = { version, digest, valuesHash, at: new Date().toISOString() };
  const record = { ...recordOf(layer, before, null, distinct(content.charts)), applied };
  await records.write(parent, record, cancel);
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

async function contentOf(layer: DesiredLayer, tools: LayerTools): Promise<LayerContent> {
  const { content, helm, cancel } = tools;
  const { pack, version, digest } = layer;
  const opened = await content.openPack({ pack, version, digest }, cancel);
  const lookup = await macroSources(layer, tools);
  return await packContent(layer, opened, { lookup, helm, cancel });
}

/** Looks at everything that could be refused. Only a release that was left wedged is changed: to one that has failed. */
async function plan(
  content: LayerContent,
  found: StoredRecord | undefined,
  cut: LayerAttempt | null,
  tools: LayerTools,
): Promise<readonly PlannedRelease[]> {
  await checkManifests(found, content, tools);
  const planned: PlannedRelease[] = [];
  for (const chart of content.charts) {
    const through = await chartTools(tools);
    await freeRelease(chart, cut, through);
    planned.push(await planRelease(chart, content.mayShrink, through));
  }
  return planned;
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

function recordOf(
  { layer, pack }: DesiredLayer,
  before: LayerRecord | undefined,
  attempt: LayerAttempt | null,
  releases: LayerRecord['releases'],
): LayerRecord {
  return { format: 1, layer, pack, applied: before?.applied ?? null, attempt, releases };
}

function distinct(releases: readonly { readonly namespace: string; readonly name: string }[]): LayerRecord['releases'] {
  const all = new Map(releases.map(({ namespace, name }) => [`${namespace}/${name}`, { namespace, name }]));
  return [...all.values()];
}

/** @throws HELM_MISSING, HELM_OTHER */
export async function chartTools({ helm, objects, cancel }: LayerTools): Promise<ChartTools> {
  return { helm: await helm(), objects, cancel };
}
