import { SealiftError } from '@sealift/core/errors';
import {
  type AppliedValues,
  readPackValues,
  resolveMacros,
  type MacroLookup,
  readAppliedValues,
} from '@sealift/core/pack';
import { readYamlDocument } from '@sealift/core/document';
import type { Helm } from '@sealift/kubernetes/helm';
import { readManifest } from '@sealift/kubernetes/manifest';
import type { KubeObject } from '@sealift/kubernetes/object';
import { readChart } from '@sealift/oci/chart-archive';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import type { OpenedPack } from '@sealift/upgrade/ports/content';

/** A chart of a pack, with the release that it becomes and the values it is given. */
export interface PackChart {
  /** Of its Chart.yaml: under which the pack's values speak of it. */
  readonly chart: string;
  /** Of its Chart.yaml. */
  readonly version: string;
  readonly namespace: string;
  readonly name: string;
  readonly archive: Uint8Array;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What a layer is to bring into the cluster: all that follows from its pack and its values. */
export interface LayerContent {
  /** Of charts, and of objects that name none. */
  readonly namespace: string;
  /** Labels of namespaces that the pack asks for, by namespace. */
  readonly namespaceLabels: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** In the order they are applied in. */
  readonly charts: readonly PackChart[];
  /** Objects of the manifests, as these name them. */
  readonly manifests: readonly KubeObject[];
  /** Whether the pack has manifests at all, whatever comes of them. */
  readonly hasManifests: boolean;
  /** The pack means it when little or nothing is left of what was installed before. */
  readonly mayShrink: boolean;
}

/** Of Helm: a release's name is part of labels. */
const releaseNameLength = 53;
/** As of helm and kubectl. */
const usualNamespace = 'default';

/**
 * Makes of a pack and a layer's values what is applied: charts with their part of the values (`charts.<chart>`), and the objects of its
 * manifests, each a template of its part (`manifests.<file name>`) as `.Values`. Nothing of the cluster is touched.
 *
 * @param helm asked for only where a manifest is a template
 * @throws PACK_VALUES_INVALID, PACK_MACRO_…, CHART_INVALID, LAYER_INVALID, KUBERNETES_OBJECT_INVALID, HELM_…
 */
export async function packContent(
  layer: DesiredLayer,
  opened: OpenedPack,
  {
    lookup,
    helm,
    cancel,
  }: { readonly lookup: MacroLookup; readonly helm: () => Promise<Helm>; readonly cancel: Cancel },
): Promise<LayerContent> {
  const place = `${layer.layer}/${layer.pack}`;
  const values = readAppliedValues(layer.values, lookup, `${place}, values`);
  // JSON is YAML; what the section says was resolved above.
  const section = readPackValues(JSON.stringify({ pack: values['pack'] ?? null }), `${place}, values`);
  const namespace = section.namespace === undefined || section.namespace === '' ? usualNamespace : section.namespace;
  const charts: PackChart[] = [];
  for (const [path, archive] of opened.charts) {
    const { name: chart, version } = await chartOf(archive, path, place);
    const own = Object.hasOwn(section.releaseNameOverride, chart) ? section.releaseNameOverride[chart] : undefined;
    const name = own ?? releaseName(layer.pack, chart);
    charts.push({ chart, version, namespace, name, archive, values: partOf(values, 'charts', chart, place) });
  }
  refuseTwice(charts, place);
  const manifests: KubeObject[] = [];
  for (const [path, text] of opened.manifests) {
    const file = path.slice(path.lastIndexOf('/') + 1).replace(/\.ya?ml$/, '');
    const template = resolveMacros(text, lookup, `${place}, ${path}`);
    const rendered = template.includes('{{')
      ? await (await helm()).renderTemplate(template, {
          namespace,
          name: releaseName(layer.pack, 'manifests'),
          values: partOf(values, 'manifests', file, place),
          cancel,
        })
      : template;
    manifests.push(...readManifest(rendered, `${place}, ${path}`).map(({ object }) => object));
  }
  const { namespaceLabels, mayShrink } = section;
  return {
    namespace,
    namespaceLabels: labelsOf(namespaceLabels, place),
    charts,
    manifests,
    hasManifests: opened.manifests.size > 0,
    mayShrink,
  };
}

/** The name of a chart's release where the pack gives none: that of the pack, and of the chart where it is another. */
function releaseName(pack: string, chart: string): string {
  const whole = (pack === chart ? pack : `${pack}-${chart}`).replaceAll('_', '-');
  return whole.slice(0, releaseNameLength).replace(/[-.]+$/, '');
}

async function chartOf(
  archive: Uint8Array,
  path: string,
  place: string,
): Promise<{ readonly name: string; readonly version: string }> {
  const { files } = await readChart(archive, `${place}, ${path}`);
  const { value } = readYamlDocument(files.get('Chart.yaml') ?? '', 1_000_000);
  const { name, version }: { readonly name?: unknown; readonly version?: unknown } = isMapping(value) ? value : {};
  if (typeof name === 'string' && name !== '') return { name, version: typeof version === 'string' ? version : '' };
  throw new SealiftError('CHART_INVALID', {
    place: `${place}, ${path}`,
    values: { reason: 'its Chart.yaml has no name' },
  });
}

/** What a section of the values holds for one chart or manifest. */
function partOf(
  values: AppliedValues,
  section: 'charts' | 'manifests',
  name: string,
  place: string,
): Readonly<Record<string, unknown>> {
  const all = values[section];
  if (all === undefined || all === null) return {};
  if (!isMapping(all)) throw invalid(place, `${section} in its values is no mapping`);
  const part = Object.hasOwn(all, name) ? all[name] : undefined;
  if (part === undefined || part === null) return {};
  if (!isMapping(part)) throw invalid(place, `${section}.${name} in its values is no mapping`);
  return part;
}

function refuseTwice(charts: readonly PackChart[], place: string): void {
  const names = new Set<string>();
  for (const { name } of charts) {
    if (names.has(name)) throw invalid(place, `two of its charts would be the release ${name}`);
    names.add(name);
  }
}

/** `a=b,c=d` for each namespace. */
function labelsOf(
  given: Readonly<Record<string, string>>,
  place: string,
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  return new Map(
    Object.entries(given).map(([namespace, labels]) => {
      const pairs = labels.split(',').filter((pair) => pair.trim() !== '');
      return [
        namespace,
        Object.fromEntries(
          pairs.map((pair) => {
            const [, name, value] = /^\s*([^=\s]+)=([^=\s]*)\s*$/.exec(pair) ?? [];
            if (name !== undefined && value !== undefined) return [name, value];
            throw invalid(place, `pack.namespaceLabels.${namespace} in its values is not of the form a=b,c=d`);
          }),
        ),
      ];
    }),
  );
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(layer: string, reason: string): SealiftError {
  return new SealiftError('LAYER_INVALID', { values: { layer, reason } });
}
