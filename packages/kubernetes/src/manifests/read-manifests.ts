import { SealiftError } from '@sealift/core/errors';
import { type Document, isAlias, isCollection, isScalar, parseAllDocuments, type Scalar, visit } from 'yaml';
import { type KubeObject, objectSchema } from '../objects/object.ts';

/** All objects of one chart or manifest; those of the largest public charts are a tenth of it. */
const maxLength = 32 * 1024 * 1024;
const maxObjects = 5000;
const maxDepth = 100;
/** More is a bomb: what is written by hand or by a template repeats itself by copies. */
const maxAliases = 100;

/**
 * Reads Kubernetes manifests: YAML documents as kubectl and helm read them (YAML 1.1, so that `0644` is a mode; but `y` and `12:30` are
 * texts, as Go's reader has it), Lists as their items. Documents without content are passed over. An object whose name is to be made up by
 * the server (`generateName`) is none that could be found again, and is refused.
 *
 * @param place for errors: what the text is of
 * @throws KUBERNETES_OBJECT_INVALID
 */
export function readManifests(text: string, place: string): readonly KubeObject[] {
  if (text.length > maxLength) throw invalid(place, `it is longer than ${maxLength} characters`);
  const objects: KubeObject[] = [];
  for (const document of parse(text, place)) {
    const [problem] = document.errors;
    if (problem !== undefined) throw invalid(place, `it is not YAML: ${firstLine(problem.message)}`);
    if (document.contents === null) continue;
    plainScalars(document);
    refuseDepth(document, place);
    addObjects(valueOf(document, place), objects, place);
  }
  return objects;
}

function parse(text: string, place: string): readonly Document[] {
  try {
    const options = {
      version: '1.1',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
      stringKeys: false,
    } as const;
    return parseAllDocuments(text, options) as readonly Document[];
  } catch (error) {
    // The parser recurses.
    if (error instanceof RangeError) throw invalid(place, `it is nested deeper than ${maxDepth} levels`);
    throw error;
  }
}

function valueOf(document: Document, place: string): unknown {
  try {
    return document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    throw invalid(place, error instanceof Error ? firstLine(error.message) : 'its aliases cannot be followed');
  }
}

/** What YAML 1.1 would read and Go does not: sexagesimal numbers, times, and y and n as truth. Keys are texts. */
function plainScalars(document: Document): void {
  visit(document, {
    Scalar(key, node) {
      const { source } = node;
      if (source === undefined || node.type !== 'PLAIN') return;
      const foreign =
        node.value instanceof Date ||
        (typeof node.value === 'number' && source.includes(':')) ||
        (typeof node.value === 'boolean' && /^[ynYN]$/.test(source));
      if (foreign || (key === 'key' && typeof node.value !== 'string' && source !== '<<')) {
        (node as Scalar).value = source;
      }
    },
  });
}

function refuseDepth(document: Document, place: string): void {
  const waiting: { readonly node: unknown; readonly depth: number }[] = [{ node: document.contents, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth } = next;
    if (!isCollection(node) || isAlias(node)) continue;
    if (depth >= maxDepth) throw invalid(place, `it is nested deeper than ${maxDepth} levels`);
    for (const item of node.items) {
      const pair = item as { readonly key?: unknown; readonly value?: unknown };
      if (isScalar(pair.key) && pair.key.value === '__proto__') throw invalid(place, 'a key may not be "__proto__"');
      waiting.push({ node: pair.key === undefined ? item : pair.value, depth: depth + 1 });
    }
  }
}

function addObjects(value: unknown, objects: KubeObject[], place: string): void {
  if (value === null || value === undefined) return;
  if (isList(value)) {
    for (const item of value.items) addObjects(item, objects, place);
    return;
  }
  const parsed = objectSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(place, `${shown(value)} has no usable ${issue?.path.join('.') ?? 'form'}`);
  }
  if (objects.length >= maxObjects) throw invalid(place, `it holds more than ${maxObjects} objects`);
  objects.push(value as KubeObject);
}

function isList(value: unknown): value is { readonly items: readonly unknown[] } {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, apiVersion, items } = value as Readonly<Record<string, unknown>>;
  return kind === 'List' && apiVersion === 'v1' && Array.isArray(items);
}

function shown(value: unknown): string {
  const { kind } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  return typeof kind === 'string' ? `an object of kind ${kind.slice(0, 100)}` : 'a document';
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 300) ?? '';
}

function invalid(place: string, reason: string): SealiftError {
  return new SealiftError('KUBERNETES_OBJECT_INVALID', { place, values: { reason: `${place}: ${reason}` } });
}
