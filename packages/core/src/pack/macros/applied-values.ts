import { parseDocument, type Scalar } from 'yaml';
import { SealiftError } from '../../errors/sealift-error.ts';
import { CoveredText } from '../../merge/macros.ts';
import { DocumentError } from '../../schema/document-error.ts';
import { readYamlDocument } from '../../schema/yaml-document.ts';
import { holdsPackMacro, type MacroLookup, resolveMacros } from './expression.ts';

const maxValuesLength = 10_000_000;
/** A scalar that is one macro outside quotes and nothing else, as the covering leaves it. */
const onlyMacro = /^\uE000\uE001*$/;

/** A layer's values as they are applied: a plain object of text, numbers, lists and so on. */
export type AppliedValues = Readonly<Record<string, unknown>>;

/**
 * Reads the values that a layer is applied with, with the macros `{{ .spectro.… }}` resolved. What a macro resolves to never becomes
 * structure: inside quotes it is text, and alone without quotes it is the scalar it looks like. Macros of other kinds are the chart's own
 * and stay.
 *
 * @throws PACK_VALUES_INVALID with the line, PACK_MACRO_UNSET, PACK_MACRO_INVALID
 */
export function readAppliedValues(valuesText: string, lookup: MacroLookup, place: string): AppliedValues {
  const covered = new CoveredText(valuesText);
  const scalar = (node: Scalar): unknown => {
    const { value, range } = node;
    if (typeof value !== 'string') return value;
    const text = range ? covered.uncover(value, range[0], range[1]) : value;
    if (!holdsPackMacro(text)) return text;
    const resolved = resolveMacros(text, lookup, place);
    return node.type === 'PLAIN' && onlyMacro.test(value) ? scalarOf(resolved) : resolved;
  };
  try {
    if (isBlank(valuesText)) return {};
    const { value } = readYamlDocument(covered.text, maxValuesLength, scalar);
    if (value === null) return {};
    if (typeof value !== 'object' || Array.isArray(value)) throw new DocumentError('it is no mapping');
    return value as AppliedValues;
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new SealiftError('PACK_VALUES_INVALID', {
      place: `${place}${error.at}`,
      values: { path: place, reason: error.message },
    });
  }
}

/** Nothing but comments and blank lines. */
function isBlank(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#.*)?$/.test(line));
}

function scalarOf(text: string): unknown {
  if (text.includes('\n')) return text;
  const value: unknown = parseDocument(text, { logLevel: 'error' }).toJS();
  // 1.30 is a version that a number would make 1.3 of.
  return (typeof value === 'number' || typeof value === 'boolean') && String(value) === text ? value : text;
}
