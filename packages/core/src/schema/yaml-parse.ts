import {
  type Document,
  type DocumentOptions,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseAllDocuments,
  type ParseOptions,
  type Range,
  type SchemaOptions,
} from 'yaml';
import type { PlaceOf } from './check.ts';
import { DocumentError, pointerFragment } from './document-error.ts';

const maxDepth = 100;
/** A hand-written document repeats itself a little; a bomb a lot. */
const maxAliases = 50;

/** `:line:column` of an offset. */
export type At = (offset: number) => string;

/** Finds the places of a document's values. */
export function placesOf(document: Document, at: At): PlaceOf {
  return (path) => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return `${at(node.range[0])}${pointerFragment(path)}`;
    }
    return pointerFragment(path);
  };
}

/** A document's value, its aliases followed. @throws DocumentError */
export function toPlain(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    if (error instanceof ReferenceError) throw new DocumentError(`its aliases cannot be followed: ${error.message}`);
    throw error;
  }
}

/** Parses all documents of a text; what they hold is not looked at yet. @throws DocumentError */
export function parse(text: string, maxLength: number, dialect: ParseOptions & DocumentOptions & SchemaOptions) {
  if (text.length > maxLength) throw new DocumentError(`it is longer than ${maxLength} characters`);
  const lineCounter = new LineCounter();
  const at: At = (offset) => {
    const { line, col } = lineCounter.linePos(offset);
    return `:${line}:${col}`;
  };
  try {
    // The library's own duplicate check compares every key with every other; refuseUnsafe uses a set.
    const options = { lineCounter, uniqueKeys: false, prettyErrors: false, logLevel: 'error', ...dialect } as const;
    const documents: readonly Document[] = parseAllDocuments(text, options);
    for (const document of documents) {
      const problem = document.errors[0] ?? document.warnings[0];
      if (problem !== undefined) throw new DocumentError(`it is not YAML: ${problem.message}`, at(problem.pos[0]));
    }
    return { documents, at };
  } catch (error) {
    if (error instanceof RangeError) throw new DocumentError(`it is nested deeper than ${maxDepth} levels`);
    throw error;
  }
}

/** Refuses what only an attacker or a mistake would write. @throws DocumentError */
export function refuseUnsafe(document: Document, at: At): void {
  const place = (range: Range | null | undefined): string => (range ? at(range[0]) : '');
  let aliases = 0;
  const waiting: { node: unknown; depth: number }[] = [{ node: document.contents, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth } = next;
    if (isAlias(node)) {
      aliases += 1;
      if (aliases > maxAliases) throw new DocumentError(`it has more than ${maxAliases} aliases`, place(node.range));
      const offset = node.range?.[0] ?? 0;
      const target = node.resolve(document)?.range;
      if (target === undefined) throw new DocumentError(`there is no anchor for the alias *${node.source}`, at(offset));
      if (target && target[0] <= offset && offset < target[2]) {
        throw new DocumentError('an alias stands inside the value it stands for', place(node.range));
      }
    }
    if (isPair(node)) waiting.push({ node: node.value, depth });
    if (!isCollection(node)) continue;
    if (depth >= maxDepth) throw new DocumentError(`it is nested deeper than ${maxDepth} levels`, place(node.range));
    const keys = new Set<string>();
    for (const item of node.items) {
      waiting.push({ node: item, depth: depth + 1 });
      if (!isMap(node) || !isPair(item)) continue;
      const key = item.key;
      // `<<` of YAML 1.1, which stands for the keys of another mapping.
      if (isScalar(key) && typeof key.value === 'symbol') continue;
      if (!isScalar(key) || typeof key.value !== 'string') {
        throw new DocumentError('a key must be a text', place(isNode(key) ? key.range : node.range));
      }
      if (key.value === '__proto__') throw new DocumentError('a key may not be "__proto__"', place(key.range));
      if (keys.has(key.value)) {
        throw new DocumentError(`the key ${JSON.stringify(key.value)} is there twice`, place(key.range));
      }
      keys.add(key.value);
    }
  }
}
