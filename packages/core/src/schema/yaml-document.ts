import { type Scalar, visit } from 'yaml';
import type { PlaceOf } from './check.ts';
import { DocumentError } from './document-error.ts';
import { parse, placesOf, refuseUnsafe, toPlain } from './yaml-parse.ts';

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
  const { documents, at } = parse(text, maxLength, {});
  const [document, second] = documents;
  if (document === undefined) throw new DocumentError('it is empty');
  if (scalar !== undefined) {
    visit(document, {
      Scalar: (_, node) => {
        node.value = scalar(node);
      },
    });
  }
  refuseUnsafe(document, at);
  if (second !== undefined) throw new DocumentError('it holds a second document', at(second.range?.[0] ?? 0));
  return { value: toPlain(document), placeOf: placesOf(document, at) };
}
