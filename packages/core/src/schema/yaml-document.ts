import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseAllDocuments,
  type Range,
  type Scalar,
  visit,
} from 'yaml';
import type { PlaceOf } from './check.ts';
import { DocumentError, pointerFragment } from './document-error.ts';

const maxDepth = 100;
/** A hand-written document repeats itself a little; a bomb a lot. */
const maxAliases = 50;

export interface YamlDocument {
  readonly value: unknown;
  /** `:line:column#/json/pointer` of the value at a path, or of the closest thing above it that is there. */
  readonly placeOf: PlaceOf;
}

/**
 * Reads one YAML 1.2 document from outside. Nothing is guessed: a second document, a duplicate key, an unknown tag, a
 * key that is not a string, a `__proto__` key, deep nesting and many aliases are refused.
 *
 * @param maxLength the longest text accepted, in UTF-16 code units.
 * @param scalar what to take for a scalar, in place of its own value.
 * @throws DocumentError with line and column.
 */
export function readYamlDocument(text: string, maxLength: number, scalar?: (node: Scalar) => unknown): YamlDocument {
  if (text.length > maxLength) throw new DocumentError(`it is longer than ${maxLength} characters`);
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `:${line}:${col}`;
  };
  const document = parseOne(text, lines, at);
  if (scalar !== undefined) {
    visit(document, {
      Scalar: (_, node) => {
        node.value = scalar(node);
      },
    });
  }
  refuseUnsafe(document, at);
  const placeOf: PlaceOf = (path) => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return `${at(node.range[0])}${pointerFragment(path)}`;
    }
    return pointerFragment(path);
  };
  return { value: toPlain(document), placeOf };
}

function toPlain(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    if (error instanceof ReferenceError) throw new DocumentError(`its aliases cannot be followed: ${error.message}`);
    throw error;
  }
}

function parseOne(text: string, lines: LineCounter, at: (offset: number) => string): Document {
  let documents: readonly Document[];
  try {
    // The library's own duplicate check compares every key with every other; refuseUnsafe uses a set.
    documents = parseAllDocuments(text, {
      lineCounter: lines,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    });
  } catch (error) {
    if (error instanceof RangeError) throw new DocumentError(`it is nested deeper than ${maxDepth} levels`);
    throw error;
  }
  const [document, second] = documents;
  if (document === undefined) throw new DocumentError('it is empty');
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) throw new DocumentError(`it is not YAML: ${problem.message}`, at(problem.pos[0]));
  if (second !== undefined) throw new DocumentError('it holds a second document', at(second.range?.[0] ?? 0));
  return document;
}

function refuseUnsafe(document: Document, at: (offset: number) => string): void {
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
