import type { ExaminedLayer, LayerEvidence, RecordedLayer, SiteSurvey } from '@sealift/core/adoption';
import { isSealiftError } from '@sealift/core/errors';
import { layerId } from '@sealift/core/planner';
import type { Release } from '@sealift/core/release';
import { hashOfValues } from '@sealift/upgrade/frozen';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import type { SurveyPort } from '@sealift/upgrade/ports/survey';
import { mergeThreads } from '../../merging/merge-threads.ts';
import type { LayerTexts } from './given-values.ts';

type ReleaseLayer = Release['spec']['layers'][number];

/** A release beside a site, before its packs are laid out. */
export interface ComparedRelease {
  /** With the digest of its marker. */
  readonly stored: { readonly release: Release; readonly digest: string };
  readonly survey: SiteSurvey;
  readonly base: LayerTexts;
  readonly given: LayerTexts;
}

/** What a person can mend in values or packs: a difference of that layer, where all else ends the look. */
const ofLayer: ReadonlySet<string> = new Set([
  'CHART_INVALID',
  'HELM_FAILED',
  'KUBERNETES_OBJECT_INVALID',
  'LAYER_IMAGE_MISSING',
  'LAYER_INVALID',
  'PACK_MACRO_INVALID',
  'PACK_MACRO_UNSET',
  'PACK_VALUES_INVALID',
]);
/** Layers that are laid out at a time; each may run helm. */
const atOnce = 3;

/**
 * Everything that tells of a release's layers at a site. Values are those that a person gave, else those that were recorded when they were
 * applied, else the pack's defaults with what Helm's releases run in their place.
 *
 * @throws what the port throws, but for packs that cannot be laid out
 */
export async function layerEvidence(
  compared: ComparedRelease,
  port: SurveyPort,
  cancel: AbortSignal,
): Promise<readonly LayerEvidence[]> {
  const { stored, survey, base, given } = compared;
  const { layers } = stored.release.spec;
  const recorded = new Map(survey.layers.map((one) => [layerId(one as Pick<RecordedLayer, 'layer' | 'pack'>), one]));
  const texts = new Map(
    layers.map((layer) => {
      const id = layerId(layer);
      return [id, given.get(id) ?? recorded.get(id)?.values ?? base.get(id) ?? ''];
    }),
  );
  const desired = (layer: ReleaseLayer): DesiredLayer => {
    const values = texts.get(layerId(layer)) ?? '';
    const profile = new Map(layers.map((one) => [one.pack, texts.get(layerId(one)) ?? '']));
    return { ...layer, values, valuesHash: hashOfValues(values), profile, release: stored.digest };
  };
  // One after the other: macros of a pack may refer to what was found of another.
  for (const layer of layers.filter((one) => !given.has(layerId(one)) && !recorded.has(layerId(one)))) {
    const text = await fromHelm(
      await examine(port, desired(layer), cancel),
      base.get(layerId(layer)) ?? '',
      survey,
      cancel,
    );
    if (text !== undefined) texts.set(layerId(layer), text);
  }
  const evidence: LayerEvidence[] = [];
  for (let start = 0; start < layers.length; start += atOnce) {
    const some = layers.slice(start, start + atOnce).map(async (layer): Promise<LayerEvidence> => {
      const [id, wanted] = [layerId(layer), desired(layer)];
      return {
        pinned: layer,
        base: base.get(id) ?? '',
        values: wanted.values,
        valuesHash: wanted.valuesHash,
        given: given.has(id),
        recorded: recorded.get(id),
        examined: await examine(port, wanted, cancel),
      };
    });
    evidence.push(...(await Promise.all(some)));
  }
  return evidence;
}

async function examine(port: SurveyPort, layer: DesiredLayer, cancel: AbortSignal): Promise<LayerEvidence['examined']> {
  try {
    return await port.examine(layer, cancel);
  } catch (error) {
    if (!isSealiftError(error) || !ofLayer.has(error.code)) throw error;
    return { refused: error.message, remedy: error.hint };
  }
}

/** The pack's defaults with what its releases run; undefined where no release of its charts is there. */
async function fromHelm(
  examined: LayerEvidence['examined'],
  base: string,
  { charts: installed }: SiteSurvey,
  cancel: AbortSignal,
): Promise<string | undefined> {
  if ('refused' in examined) return undefined;
  const charts = runningCharts(examined, installed);
  if (charts.length === 0) return undefined;
  return await mergeThreads.run('siteValues', { base, charts }, cancel);
}

function runningCharts({ charts }: ExaminedLayer, installed: SiteSurvey['charts']) {
  return charts.flatMap(({ chart, namespace, name, values: wanted }) => {
    const release = installed.find((one) => one.namespace === namespace && one.name === name && one.chart === chart);
    return release === undefined ? [] : [{ chart, wanted, given: release.values, defaults: release.defaults }];
  });
}
