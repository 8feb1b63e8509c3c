import { isAlias, isCollection, isScalar, parseDocument } from 'yaml';
import { canonicalJson, type JsonValue } from '../canonical-json/canonical-json.ts';
import { SealiftError } from '../errors/sealift-error.ts';
import { CoveredText } from '../merge/macros.ts';
import { parsePathText } from '../merge/path-text.ts';
import { DocumentError } from '../schema/document-error.ts';
import { readYamlDocument } from '../schema/yaml-document.ts';

const maxValuesLength = 10_000_000;

/**
 * Puts another scalar in the place of one that values have, and leaves every other byte as it is.
 *
 * @param path as paths are shown: `charts.calico.mtu`, `pools[0].cidr`
 * @param value YAML on one line: `9000`, `"a text"`, `true`, `null`
 * @throws INPUT_INVALID where there is no scalar at the path, the value is none, or the values are no YAML
 */
export function setValue(valuesText: string, path: string, value: string): string {
  const keys = plainPath(path);
  const text = new CoveredText(valuesText).text;
  if (text.length !== valuesText.length) throw invalid(path, 'its text cannot be placed');
  const before = read(text, 'the values');
  if (/[\r\n]/.test(value)) throw invalid(path, byText);
  const wanted = read(value, 'the value');
  if (typeof wanted === 'object' && wanted !== null) throw invalid(path, byText);
  const node = parseDocument(text, { keepSourceTokens: true }).getIn(keys, true);
  if (node === undefined) throw invalid(path, `the values have nothing there; ${byText}`);
  if (isCollection(node) || isAlias(node) || !isScalar(node) || !node.range || node.type?.startsWith('BLOCK')) {
    throw invalid(path, `there is no value of one line; ${byText}`);
  }
  const [start, end] = node.range;
  // A key without a value has its place right behind the colon.
  const lead = start === end && !/\s$/.test(valuesText.slice(0, start)) ? ' ' : '';
  const after = `${valuesText.slice(0, start)}${lead}${value.trim()}${valuesText.slice(end)}`;
  // What reads as more or less than that one value, such as a comma in a flow list, is refused.
  const expected = replaced(before, keys, wanted);
  if (canonicalJson(read(new CoveredText(after).text, 'the new values')) !== canonicalJson(expected)) {
    throw invalid(path, 'the value does not read as itself there: put it in quotation marks');
  }
  return after;
}

const byText = 'give the whole text with --values';

function plainPath(path: string): readonly (string | number)[] {
  const keys = parsePathText(path);
  const plain = keys.filter((key) => typeof key === 'string' || typeof key === 'number');
  if (plain.length === keys.length && keys.length > 0) return plain;
  throw invalid(path, 'name items of lists by their number, as in pools[0].cidr');
}

function read(text: string, what: string): JsonValue {
  try {
    return readYamlDocument(text, maxValuesLength).value as JsonValue;
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new SealiftError('INPUT_INVALID', { values: { what, reason: error.message }, place: `${what}${error.at}` });
  }
}

/** A copy with another value at a path that is there. */
function replaced(whole: JsonValue, [key, ...rest]: readonly (string | number)[], value: JsonValue): JsonValue {
  if (key === undefined) return value;
  if (Array.isArray(whole)) {
    return whole.map((item: JsonValue, at) => (at === key ? replaced(item, rest, value) : item));
  }
  const members = Object.entries((whole ?? {}) as Readonly<Record<string, JsonValue>>);
  return Object.fromEntries(members.map(([name, item]) => [name, name === key ? replaced(item, rest, value) : item]));
}

function invalid(path: string, reason: string): SealiftError {
  return new SealiftError('INPUT_INVALID', { values: { what: `the value of ${path}`, reason }, place: path });
}
