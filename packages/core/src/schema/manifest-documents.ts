import type { Tags } from 'yaml';
import type { PlaceOf } from './check.ts';
import { DocumentError } from './document-error.ts';
import type { YamlDocument } from './yaml-document.ts';
import { parse, placesOf, refuseUnsafe, toPlain } from './yaml-parse.ts';

/**
 * Tags of YAML 1.1 that programs of Kubernetes do not know (sigs.k8s.io/yaml, which reads with go.yaml.in/yaml/v2): they read what looks
 * like a time as a text.
 */
const foreignTags: ReadonlySet<string> = new Set([
  'timestamp',
  'intTime',
  'floatTime',
  'binary',
  'omap',
  'pairs',
  'set',
]);

/**
 * Reads all documents of a Kubernetes manifest from outside, as strictly as `readYamlDocument`. Scalars are read as Kubernetes reads them, which
 * is YAML 1.1: `0644` is octal, `yes` is true. Documents without content are left out.
 *
 * @param maxLength the longest text accepted, in UTF-16 code units.
 * @throws DocumentError with line and column.
 */
export function readManifestDocuments(text: string, maxLength: number): readonly YamlDocument[] {
  const customTags = (tags: Tags): Tags => tags.filter((tag) => typeof tag === 'string' || !isForeign(tag));
  const { documents, at } = parse(text, maxLength, { schema: 'yaml-1.1', merge: true, customTags });
  return documents.flatMap((document) => {
    refuseUnsafe(document, at);
    const value = toPlain(document);
    if (value === null || value === undefined) return [];
    const placeOf = placesOf(document, at);
    refuseNoJson(value, placeOf);
    return [{ value, placeOf }];
  });
}

function isForeign({ tag, format }: { readonly tag: string; readonly format?: string }): boolean {
  return format === 'TIME' || foreignTags.has(tag.slice(tag.lastIndexOf(':') + 1));
}

/** An API server is sent JSON: what that can't say, or says as another number, is no value. */
function refuseNoJson(root: unknown, placeOf: PlaceOf): void {
  const waiting: { value: unknown; path: readonly PropertyKey[] }[] = [{ value: root, path: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value === 'number' && !isExact(value)) {
      throw new DocumentError(`the number ${value} cannot be kept exactly; put it in quotes`, placeOf(path));
    }
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) {
      throw new DocumentError('its tag makes a value that JSON has no word for', placeOf(path));
    }
    for (const [key, member] of Object.entries(value))
      waiting.push({ value: member, path: [...path, Array.isArray(value) ? Number(key) : key] });
  }
}

function isExact(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}
