import { readPackValues } from '@sealift/core/pack';
import { type ChartTexts, imagesInChart, readMapping } from './chart-images.ts';
import { Findings } from './findings.ts';
import { imagesInManifests } from './manifest-images.ts';
import { imagesInValues, isMapping } from './values-images.ts';

/** What of a pack can name images. */
export interface PackTexts {
  readonly valuesYaml: string;
  /** By path, such as `manifests/setup.yaml`. */
  readonly manifests: ReadonlyMap<string, string>;
  /** By path, such as `charts/calico-3.26.1.tgz`. */
  readonly charts: ReadonlyMap<string, ChartTexts>;
}

/**
 * Every image that a pack names: in `pack.content.images`, in its manifests, in its charts with its own values over theirs, and in
 * values of charts that it does not hold itself.
 *
 * @param place what findings call the pack
 * @throws PACK_VALUES_INVALID
 */
export function imagesInPack({ valuesYaml, manifests, charts }: PackTexts, place: string): Findings {
  const found = new Findings();
  for (const image of readPackValues(valuesYaml, `${place}/values.yaml`).images) {
    found.name(`${place}, pack.content.images`, image);
  }
  for (const [path, text] of manifests) found.add(imagesInManifests(text, `${place}, ${path}`));
  const values = readMapping(valuesYaml, `${place}, values.yaml`, found) ?? {};
  const given = isMapping(values['charts']) ? values['charts'] : {};
  const held = new Set<string>();
  for (const [path, chart] of charts) {
    const name = chartName(chart);
    held.add(name);
    found.add(imagesInChart(chart, `${place}, ${path}`, Object.hasOwn(given, name) ? given[name] : {}));
  }
  const rest = {
    charts: Object.fromEntries(Object.entries(given).filter(([name]) => !held.has(name))),
    manifests: values['manifests'],
  };
  found.add(imagesInValues(rest, `${place}, values.yaml`, { registry: '', appVersion: '' }));
  return found;
}

function chartName({ files }: ChartTexts): string {
  const about = readMapping(files.get('Chart.yaml') ?? '', '', new Findings());
  return typeof about?.['name'] === 'string' ? about['name'] : '';
}
