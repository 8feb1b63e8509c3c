const secretWords: ReadonlySet<string> = new Set([
  'secret',
  'secrets',
  'token',
  'tokens',
  'password',
  'passwords',
  'passwd',
  'key',
  'keys',
]);
/** A mapping entry on one line: its key, and where a scalar value that could be a secret begins. */
const entry = /^(\s*(?:- +)*)(["']?)([\w.\-/]+)\2(\s*:\s+)(?![|>&*{[\]}#]|["']{2}\s*(?:#|$))(\S.*)$/;
const harmless = /^(?:true|false|null|~|-?\d+(?:\.\d+)?)\s*(?:#.*)?$/i;

/** Last words of keys that tell where a secret is, not what it is: `secretName`, `tls-private-key-file`. */
const pointers: ReadonlySet<string> = new Set([
  'name',
  'names',
  'namespace',
  'ref',
  'file',
  'path',
  'type',
  'algorithm',
]);

/**
 * Whether a key says secret, token, password or key as one of its words, such as `clientSecret` or `api-key`. Keys that only
 * point at a secret do not count, nor does a bare `key`, which in Kubernetes names a label, a taint or an entry.
 */
export function isSecretKey(key: string): boolean {
  const words = key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  if (pointers.has(words.at(-1) ?? '') || key === 'key' || key === 'keys') return false;
  return words.some((word) => secretWords.has(word));
}

/**
 * Where a line of YAML holds a value that should not be seen by whoever looks over a shoulder.
 *
 * @returns offsets in the line, or undefined when there is none. Switches and numbers are not taken for secrets.
 */
export function secretInLine(line: string): { from: number; to: number } | undefined {
  const [, indent, quote, key, colon, value] = entry.exec(line) ?? [];
  if (indent === undefined || quote === undefined || key === undefined || colon === undefined || value === undefined) {
    return undefined;
  }
  if (!isSecretKey(key) || harmless.test(value)) return undefined;
  const from = indent.length + key.length + 2 * quote.length + colon.length;
  return { from, to: line.trimEnd().length };
}
