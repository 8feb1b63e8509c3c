import { Findings, holdsTemplate, looksLikeImage } from './findings.ts';
import { type ChartDefaults, imageOfParts, isImageParts, textOf, untagged } from './image-parts.ts';
import { imagesInManifests, nameVariable } from './manifest-images.ts';

const maxDepth = 100;

/**
 * Every image that the values of a chart name, in parts or as one text. What stands below `enabled: false` is uncertain.
 *
 * @param values plain data, such as a YAML document read
 * @param place the file, to which the path of the value is added
 */
export function imagesInValues(values: unknown, place: string, defaults: ChartDefaults): Findings {
  const found = new Findings();
  visit(values, [], { place, defaults, found }, false);
  for (const [index, image] of found.named.entries()) {
    if (!image.anyOf.some(hasHost)) found.named[index] = { ...image, mayBePrefixed: true };
  }
  return found;
}

/** A first component is a host when it could not be a folder of docker.io. */
function hasHost(image: string): boolean {
  return /^(?:localhost|[^/]*[.:][^/]*)\//.test(image);
}

interface Walk {
  readonly place: string;
  readonly defaults: ChartDefaults;
  readonly found: Findings;
}

function visit(value: unknown, path: readonly string[], walk: Walk, disabled: boolean): void {
  if (path.length > maxDepth) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) visit(item, [...path, String(index)], walk, disabled);
    return;
  }
  if (typeof value === 'string' && value.includes('\n') && /^[ \t-]*"?image"?:/m.test(value)) {
    // Values hold whole manifests, as `manifests.<name>.contents` does.
    walk.found.add(imagesInManifests(value, placeOf(walk, path)), disabled);
  }
  if (!isMapping(value)) return;
  const off = disabled || value['enabled'] === false;
  const key = path.at(-1) ?? '';
  const here = new Findings();
  if (isImageParts(value, key)) {
    imageOfParts(value, placeOf(walk, path), walk.defaults, here);
    walk.found.add(here, off);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    const at = [...path, name];
    if (typeof member === 'string' && /image$/i.test(name)) imageText(value, name, placeOf(walk, at), walk, here);
    else visit(member, at, walk, off);
  }
  const variable = textOf(value['name']);
  if (variable !== '') nameVariable(variable, value['value'], placeOf(walk, path), here);
  walk.found.add(here, off);
}

/** `image: quay.io/a/b:1`, or with the tag in a key beside it. */
function imageText(holder: Mapping, name: string, place: string, { defaults }: Walk, found: Findings): void {
  const text = textOf(holder[name]);
  const tag = textOf(holder[`${name}Tag`]) || textOf(holder['tag']);
  if (text === '') return;
  if (tag !== '' && !/[:@][^/]+$/.test(text)) found.name(place, `${text}:${tag}`);
  else if (holdsTemplate(text)) found.name(place, text);
  else if (!looksLikeImage(text)) return;
  else if (/[:@][^/]+$/.test(text)) found.name(place, text);
  else untagged(text, place, defaults, found);
}

export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function placeOf({ place }: Walk, path: readonly string[]): string {
  return path.length === 0
    ? place
    : `${place}#/${path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
}
