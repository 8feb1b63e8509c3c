import { SealiftError } from '@sealift/core/errors';
import { DocumentError, readManifestDocuments } from '@sealift/core/document';
import { identityOfReference, type KubeObject, nameOf, objectSchema, referenceOf } from './object.ts';

/** An object of a manifest and where it stands there: `cni.yaml:12:1#/items/0`. */
export interface ManifestObject {
  readonly object: KubeObject;
  readonly place: string;
}

/** Larger than any list that an API server accepts objects of; in UTF-16 code units. */
const maxLength = 32 * 1024 * 1024;
const maxObjects = 10_000;
/** Lists of lists, as no tool writes them deeper. */
const maxListDepth = 4;

/**
 * Reads the objects of a manifest, in its order: several YAML or JSON documents, a list's items one by one.
 *
 * @param file how the manifest is called in errors
 * @throws KUBERNETES_OBJECT_INVALID with the place: no YAML, no object, the same object twice
 */
export function readManifest(text: string, file: string): readonly ManifestObject[] {
  const found: ManifestObject[] = [];
  const places = new Map<string, string>();
  const take = (value: unknown, place: string): void => {
    const object = asManifestObject(value, place);
    const key = identityOf(object);
    const before = places.get(key);
    if (before !== undefined) throw invalid(`${nameOf(referenceOf(object))} is there already, at ${before}`, place);
    if (found.length >= maxObjects) throw invalid(`the manifest holds more than ${maxObjects} objects`, place);
    places.set(key, place);
    found.push({ object, place });
  };
  for (const { value, placeOf } of documentsOf(text, file)) {
    visit(value, (path) => `${file}${placeOf(path)}`, take);
  }
  return found;
}

/** Two objects of which this is equal are the same one. */
export function identityOf(object: KubeObject): string {
  return identityOfReference(referenceOf(object));
}

function documentsOf(text: string, file: string): ReturnType<typeof readManifestDocuments> {
  try {
    return readManifestDocuments(text, maxLength);
  } catch (error) {
    if (error instanceof DocumentError) throw invalid(error.message, `${file}${error.at}`, error);
    throw error;
  }
}

type Path = readonly (string | number)[];

function visit(
  root: unknown,
  placeOf: (path: Path) => string,
  take: (value: unknown, place: string) => void,
  path: Path = [],
): void {
  const list = listOf(root);
  if (list === undefined) {
    take(root, placeOf(path));
    return;
  }
  if (path.length >= maxListDepth * 2) throw invalid('it is a list of lists of lists', placeOf(path));
  for (const [index, item] of list.items.entries()) {
    const at = [...path, 'items', index];
    visit(isMapping(item) ? { ...list.ofItems, ...item } : item, placeOf, take, at);
  }
}

/** A list that stands for its items (Kubernetes API conventions, "Lists and Simple kinds"); it has no name of its own, as an object has. */
function listOf(value: unknown): { readonly items: readonly unknown[]; readonly ofItems: object } | undefined {
  if (!isMapping(value)) return undefined;
  const { apiVersion, kind, items, metadata } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return undefined;
  if (isMapping(metadata) && metadata['name'] !== undefined) return undefined;
  // A list of one kind leaves out in its items what its own kind says.
  return { items, ofItems: kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) } };
}

function asManifestObject(given: unknown, place: string): KubeObject {
  const value = withoutEmptyMetadata(given);
  const parsed = objectSchema.safeParse(value);
  if (parsed.success) return value as KubeObject;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  if (
    field === 'metadata.name' &&
    isMapping(value) &&
    isMapping(value['metadata']) &&
    'generateName' in value['metadata']
  )
    throw invalid('it has no name, only a generateName, and would be made anew each time', place);
  throw invalid(field === '' ? 'it is no object of Kubernetes' : `${field}: ${issue?.message ?? ''}`, place);
}

/** A template leaves `labels:` without anything below it, which is as good as none. */
function withoutEmptyMetadata(value: unknown): unknown {
  if (!isMapping(value) || !isMapping(value['metadata'])) return value;
  const kept = Object.entries(value['metadata']).filter(([, member]) => member !== null);
  return { ...value, metadata: Object.fromEntries(kept) };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(reason: string, place: string, cause?: unknown): SealiftError {
  return new SealiftError('KUBERNETES_OBJECT_INVALID', { values: { reason }, place, cause });
}
