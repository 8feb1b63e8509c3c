import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml';
import { Findings, holdsTemplate, looksLikeImage, maskMacros, maxImageLength, opensTooMany } from './findings.ts';
import { imageOfParts, isImageParts } from './image-parts.ts';

const maxDepth = 100;
const containerLists = new Set(['containers', 'initContainers', 'ephemeralContainers']);

/**
 * Every image that Kubernetes manifests name (Kubernetes API, PodSpec): in containers of any workload or custom resource at
 * any depth, as a volume, in arguments and variables that say so (`--sidecar-image=…`, `RELATED_IMAGE_…`), and wherever else
 * an `image` looks like one. What a macro decides, or a text inside the manifest, is uncertain.
 *
 * @param place the file, as findings name it
 */
export function imagesInManifests(text: string, place: string): Findings {
  const found = new Findings();
  const lines = new LineCounter();
  const masked = maskMacros(text);
  if (opensTooMany(masked)) {
    found.doubt(place, 'thousands of open brackets', 'unreadable');
    return found;
  }
  let documents: readonly Document[];
  try {
    documents = parseAllDocuments(masked, {
      lineCounter: lines,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    });
  } catch (error) {
    // The parser recurses: a text of a million brackets ends in a RangeError.
    found.doubt(place, error instanceof Error ? error.message : '', 'unreadable');
    return found;
  }
  const at = (node: Node): string => `${place}:${lines.linePos(node.range?.[0] ?? 0).line}`;
  for (const document of documents) {
    const [problem] = document.errors;
    if (problem !== undefined) {
      found.doubt(`${place}:${lines.linePos(problem.pos[0]).line}`, problem.message, 'unreadable');
    }
    visitAll(document.contents, at, found);
  }
  return found;
}

interface Waiting {
  readonly node: unknown;
  readonly inContainers: boolean;
  readonly depth: number;
}

function visitAll(root: unknown, at: (node: Node) => string, found: Findings): void {
  const waiting: Waiting[] = [{ node: root, inContainers: false, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, inContainers, depth } = next;
    if (isScalar(node)) visitText(node.value, at(node), found);
    if (!isCollection(node) || isAlias(node)) continue;
    if (depth > maxDepth) {
      found.doubt(at(node), `nested deeper than ${maxDepth} levels`, 'unreadable');
      continue;
    }
    if (isSeq(node)) {
      for (const item of node.items.toReversed()) waiting.push({ node: item, inContainers, depth: depth + 1 });
      continue;
    }
    if (!isMap(node)) continue;
    visitMap(node, inContainers, at, found);
    for (const { key, value } of node.items.toReversed()) {
      const name = isScalar(key) ? String(key.value) : '';
      if (name === 'image' && (isScalar(value) || isPartsMap(value))) continue;
      waiting.push({ node: value, inContainers: containerLists.has(name) && isSeq(value), depth: depth + 1 });
    }
  }
}

function visitMap(map: YAMLMap, inContainers: boolean, at: (node: Node) => string, found: Findings): void {
  for (const { key, value } of map.items) {
    if (!isScalar(key) || key.value !== 'image') continue;
    if (isScalar(value) && typeof value.value === 'string') {
      const text = value.value.trim();
      if (holdsTemplate(text) || inContainers || looksLikeImage(text)) found.name(at(value), text);
    }
    const parts = isPartsMap(value) ? partsOf(value) : undefined;
    if (parts !== undefined && isMap(value)) imageOfParts(parts, at(value), { registry: '', appVersion: '' }, found);
  }
  const name = map.get('name');
  const value = map.get('value', true);
  if (typeof name === 'string' && isScalar(value)) nameVariable(name, value.value, at(value), found);
}

/** An environment variable that holds an image, as operators are told theirs. */
export function nameVariable(name: string, value: unknown, place: string, found: Findings): void {
  if (!/(?:^|_)IMAGE(?:_|$)/.test(name) || typeof value !== 'string') return;
  if (looksLikeImage(value) || holdsTemplate(value)) found.name(place, value);
}

function visitText(value: unknown, place: string, found: Findings): void {
  if (typeof value !== 'string') return;
  const argument =
    value.length > 2 * maxImageLength ? undefined : /^--?[a-zA-Z0-9-]*image[a-zA-Z0-9-]*=(\S+)$/.exec(value)?.[1];
  if (argument !== undefined && (looksLikeImage(argument) || holdsTemplate(argument))) found.name(place, argument);
  // A manifest inside a manifest, such as the template of a sidecar injector in a ConfigMap.
  const [line] = /^[ \t-]*"?image"?:[ \t]*[^\s{[].*$/m.exec(value.includes('\n') ? value : '') ?? [];
  if (line !== undefined) found.doubt(place, line.trim(), 'template');
}

function isPartsMap(value: unknown): value is YAMLMap {
  return isMap(value) && isImageParts(partsOf(value), 'image');
}

/** The scalar members of a map, as plain values. */
function partsOf(map: YAMLMap): Readonly<Record<string, unknown>> {
  const entries = map.items.flatMap((pair) =>
    isPair(pair) && isScalar(pair.key) && isScalar(pair.value) ? [[String(pair.key.value), pair.value.value]] : [],
  );
  return Object.fromEntries(entries) as Readonly<Record<string, unknown>>;
}
