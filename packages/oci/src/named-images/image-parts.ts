import { type Findings, holdsTemplate, maxImageLength } from './findings.ts';

/** What a chart adds where its values leave something out. */
export interface ChartDefaults {
  /** `global.imageRegistry`, which replaces every registry; empty: none. */
  readonly registry: string;
  /** `appVersion` of Chart.yaml, the usual tag of an image without one; empty: none. */
  readonly appVersion: string;
}

type Parts = Readonly<Record<string, unknown>>;

const nameKeys = ['repository', 'image', 'name', 'reference'] as const;
const tagKeys = ['tag', 'imageTag', 'version'] as const;
const digestKeys = ['digest', 'sha', 'sha256'] as const;

/**
 * Whether a mapping of values is an image in parts: `{registry, repository, tag, digest}` and its variants
 * `{repository, tag}`, `{registry, image, tag, digest}`, `{image, tag}`, `{image, version, registry}`, `{reference}`.
 *
 * @param key the mapping's own key
 */
export function isImageParts(parts: Parts, key: string): boolean {
  const called = /image$/i.test(key);
  const has = (names: readonly string[]): boolean => names.some((name) => Object.hasOwn(parts, name));
  const text = (name: string): string => textOf(parts[name]);
  if (text('repository') !== '') {
    return !/:\/\/|^git@/.test(text('repository')) && (called || has(['tag', 'registry', 'imageTag', 'digest']));
  }
  if (text('image') !== '') return has(['tag', 'digest', 'imageTag']) || (has(['version']) && has(['registry']));
  if (text('name') !== '') return called && has(['tag', 'digest']);
  return called && text('reference') !== '';
}

/** Notes the image that the parts make, with the chart's version in the place of a missing tag. */
export function imageOfParts(parts: Parts, place: string, defaults: ChartDefaults, found: Findings): void {
  const first = (names: readonly string[]): string => names.map((name) => textOf(parts[name])).find(Boolean) ?? '';
  const registry = defaults.registry === '' ? textOf(parts['registry']) : defaults.registry;
  const base = `${registry === '' ? '' : `${registry.replace(/\/+$/, '')}/`}${first(nameKeys).replace(/^\/+/, '')}`;
  const tag = first(tagKeys);
  const digest = first(digestKeys);
  const pinned = digest === '' ? '' : `@${digest.startsWith('sha256:') ? digest : `sha256:${digest}`}`;
  if (tag !== '') return found.name(place, `${base}:${tag}${pinned}`);
  if (pinned !== '') return found.name(place, `${base}${pinned}`);
  if (/:[^/]+$/.test(base) || holdsTemplate(base)) return found.name(place, base);
  untagged(base, place, defaults, found);
}

/** Notes an image without a tag: charts take their `appVersion`, with or without a `v`. */
export function untagged(base: string, place: string, { appVersion }: ChartDefaults, found: Findings): void {
  if (appVersion === '') return found.doubt(place, base, 'template');
  const bare = appVersion.replace(/^v/, '').replaceAll('+', '_');
  const own = appVersion.replaceAll('+', '_');
  found.name(place, ...new Set([`${base}:${own}`, `${base}:v${bare}`, `${base}:${bare}`]));
}

/** A text or a number as text; all else, and what is too long for an image, is nothing. */
export function textOf(value: unknown): string {
  return typeof value === 'string' && value.length <= maxImageLength
    ? value.trim()
    : typeof value === 'number'
      ? String(value)
      : '';
}
