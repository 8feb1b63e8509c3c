const secretWords: ReadonlySet<string> = new Set([
  'secret',
  'secrets',
  'token',
  'tokens',
  'password',
  'passwords',
  'passwd',
  'passphrase',
  'key',
  'keys',
  'apikey',
  'credential',
  'credentials',
]);

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
 * Whether a key says that its value is a secret, by one of its words: `adminPassword`, `hec-token`, `api_key`. Keys that only point at a
 * secret do not count, nor does a bare `key`, which in Kubernetes names a label, a taint or an entry.
 */
export function isSecretKey(key: string): boolean {
  const words = key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  if (pointers.has(words.at(-1) ?? '') || words.every((word) => word === 'key' || word === 'keys')) return false;
  return words.some((word) => secretWords.has(word));
}
