import { isMap, isScalar } from 'yaml';
import { parseText } from './parse.ts';

/** What a pack's `schema.yaml` says about one parameter, such as `{{ required | format "${password}" | hints "…" }}`. */
export interface ParameterRule {
  /** Dotted path into the values. */
  readonly path: string;
  readonly required: boolean;
  readonly readonly: boolean;
  /** The word inside `${…}`: `string`, `number`, `list:[a,b]`; null when none is given. */
  readonly format: string | null;
  readonly hint: string | null;
}

/**
 * Reads a pack's `schema.yaml` notation: a mapping of dotted paths to `schema:` strings of filters joined by `|`.
 *
 * @throws SealiftError MERGE_YAML_INVALID
 */
export function readSchemaNotation(text: string): readonly ParameterRule[] {
  const root = parseText(text, 'schema.yaml').documents[0]?.root.yaml;
  if (!isMap(root)) return [];
  return root.items.flatMap((pair) => {
    const rule = isMap(pair.value) ? pair.value.get('schema') : undefined;
    return isScalar(pair.key) && typeof rule === 'string' ? [ruleOf(String(pair.key.value), rule)] : [];
  });
}

/** Whether a text is in this notation, not a JSON Schema. */
export function isSchemaNotation(text: string): boolean {
  return readSchemaNotation(text).length > 0;
}

function ruleOf(path: string, notation: string): ParameterRule {
  const filters = notation.replace(/^\s*\{\{|\}\}\s*$/g, '').match(/(?:"(?:[^"\\]|\\.)*"|[^|"])+/g);
  const names = (filters ?? []).map((filter) => filter.trim());
  const argument = (name: string): string | null => {
    const filter = names.find((candidate) => candidate.startsWith(`${name} `));
    return filter === undefined ? null : filter.slice(name.length).trim().replace(/^"|"$/g, '').replaceAll('\\"', '"');
  };
  const format = argument('format');
  return {
    path,
    required: names.includes('required'),
    readonly: names.includes('readonly'),
    format: format === null ? null : (/^\$\{(.*)\}$/.exec(format)?.[1] ?? format),
    hint: argument('hints'),
  };
}

/** The dotted paths that hold passwords. */
export function passwordPaths(rules: readonly ParameterRule[]): readonly string[] {
  return rules.filter((rule) => rule.format === 'password').map((rule) => rule.path);
}

/** Why a value does not fit the format; null when it does, or when the format is not one that can be checked. */
export function formatProblem(format: string, value: unknown): string | null {
  const text =
    typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
  const list = /^list:\[(.*)\]$/.exec(format)?.[1];
  if (list !== undefined) {
    const allowed = list.split(',').map((item) => item.trim());
    return text !== null && allowed.includes(text) ? null : `is not one of ${allowed.join(', ')}`;
  }
  const check = checks[format.split(':')[0] ?? ''];
  if (check === undefined) return null;
  return text !== null && check.test(text) ? null : `is not ${check.name}`;
}

const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const address = `${octet}(?:\\.${octet}){3}`;
const pattern = (expression: string): ((text: string) => boolean) => {
  const compiled = new RegExp(`^${expression}$`);
  return (text) => compiled.test(text);
};

const checks: Readonly<
  Record<string, { readonly name: string; readonly test: (text: string) => boolean } | undefined>
> = {
  string: { name: 'a text', test: () => true },
  password: { name: 'a text', test: () => true },
  number: { name: 'a number', test: (text) => text.trim() !== '' && Number.isFinite(Number(text)) },
  boolean: { name: 'true or false', test: pattern('(?:true|false)') },
  ipv4: { name: 'an IPv4 address', test: pattern(address) },
  ipv4Range: { name: 'a range of IPv4 addresses', test: pattern(`${address}\\s*-\\s*${address}`) },
  cidr: { name: 'an IPv4 network', test: pattern(`${address}/(?:3[0-2]|[12]?\\d)`) },
};
