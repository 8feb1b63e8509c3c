import { DocumentError, readYamlDocument } from '@sealift/core/document';
import { Findings, maskMacros, opensTooMany } from './findings.ts';
import { textOf } from './image-parts.ts';
import { imagesInTemplate } from './template-images.ts';
import { imagesInValues, isMapping, type Mapping } from './values-images.ts';

const maxYamlLength = 10_000_000;

/** A chart's texts, as they stand in its archive. */
export interface ChartTexts {
  /** By path below the chart's folder: `Chart.yaml`, `values.yaml`, `templates/deployment.yaml`. */
  readonly files: ReadonlyMap<string, string>;
  /** Charts in its `charts` folder. */
  readonly subcharts: readonly ChartTexts[];
}

/**
 * Every image that a chart names by default (Helm, "Charts" and "Subcharts and Global Values"): in its values, with those of the pack
 * over them, in the text of its templates, and in its subcharts. A subchart whose `condition` is false is uncertain.
 *
 * @param given what the pack, or the chart above, sets for this chart
 */
export function imagesInChart(chart: ChartTexts, place: string, given: unknown): Findings {
  const found = new Findings();
  const read = (path: string): Mapping => {
    const value = readMapping(chart.files.get(path) ?? '', `${place}/${path}`, found);
    return value ?? {};
  };
  const about = read('Chart.yaml');
  const values = overlay(read('values.yaml'), isMapping(given) ? given : {});
  const appVersion = textOf(about['appVersion']);
  const global = isMapping(values['global']) ? values['global'] : {};
  const registry = textOf(global['imageRegistry']);
  const names = subchartNames(chart, about, place, found);
  const own = Object.fromEntries(Object.entries(values).filter(([key]) => !names.has(key)));
  found.add(imagesInValues(own, `${place}/values.yaml`, { registry, appVersion }));
  const chartAbout = { Name: textOf(about['name']), Version: textOf(about['version']), AppVersion: appVersion };
  for (const [path, text] of chart.files) {
    if (!/^templates\/.+\.(?:ya?ml|tpl)$/.test(path)) continue;
    const inTemplate = imagesInTemplate(text, `${place}/${path}`, { values, chart: chartAbout });
    found.add(inTemplate, path.startsWith('templates/tests/'));
  }
  for (const [name, { chart: subchart, conditions }] of names) {
    const below = isMapping(values[name]) ? values[name] : {};
    const subvalues = { ...below, global: overlay(isMapping(below['global']) ? below['global'] : {}, global) };
    found.add(imagesInChart(subchart, `${place}/charts/${name}`, subvalues), isOff(conditions, values));
  }
  return found;
}

interface Subchart {
  readonly chart: ChartTexts;
  readonly conditions: readonly string[];
}

/** Subcharts by the name under which the chart above sets their values: the alias, else their own. */
function subchartNames(
  chart: ChartTexts,
  about: Mapping,
  place: string,
  found: Findings,
): ReadonlyMap<string, Subchart> {
  const listed = (Array.isArray(about['dependencies']) ? about['dependencies'] : []).filter(isMapping);
  const names = new Map<string, Subchart>();
  for (const subchart of chart.subcharts) {
    const own = textOf(readMapping(subchart.files.get('Chart.yaml') ?? '', `${place}/charts`, found)?.['name']);
    const uses = listed.filter((one) => textOf(one['name']) === own);
    if (uses.length === 0) names.set(own, { chart: subchart, conditions: [] });
    for (const use of uses) {
      const conditions = textOf(use['condition']).split(',').filter(Boolean);
      names.set(textOf(use['alias']) || own, { chart: subchart, conditions });
    }
  }
  return names;
}

/** The first condition whose path is there decides. */
function isOff(conditions: readonly string[], values: Mapping): boolean {
  for (const condition of conditions) {
    let at: unknown = values;
    for (const part of condition.trim().split('.')) {
      at = isMapping(at) && Object.hasOwn(at, part) ? at[part] : undefined;
    }
    if (typeof at === 'boolean') return !at;
  }
  return false;
}

/** A YAML file as a mapping; one that cannot be read is said so and counts as empty. */
export function readMapping(text: string, place: string, found: Findings): Mapping | undefined {
  if (text.trim() === '') return undefined;
  const masked = maskMacros(text);
  try {
    if (opensTooMany(masked)) throw new DocumentError('thousands of brackets stand open');
    const { value } = readYamlDocument(masked, maxYamlLength);
    return isMapping(value) ? value : undefined;
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    found.doubt(`${place}${error.at}`, error.message, 'unreadable');
    return undefined;
  }
}

/** Values over values, as Helm lays them: mappings are merged, all else is replaced, and null takes away. */
function overlay(below: Mapping, above: Mapping): Mapping {
  const merged = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const under = merged.get(key);
    if (value === null) merged.delete(key);
    else merged.set(key, isMapping(value) && isMapping(under) ? overlay(under, value) : value);
  }
  return Object.fromEntries(merged);
}
