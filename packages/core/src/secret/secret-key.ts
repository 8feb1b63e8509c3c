import {
  amounts,
  openKeys,
  otherPasses,
  passesSomething,
  payloads,
  plainAfterSecret,
  plainEndings,
  referenceWords,
  secretEnding,
  secretWords,
} from './key-words.ts';

/** What a key says of the value below it: it is a secret, or it is none though it stands among secrets. */
export type KeyMeaning = 'secret' | 'plain';

/**
 * What a key says about its value by its words: `adminPassword`, `hec-token`, `PGPASSWORD`, `client-key-data` hold secrets;
 * `secretName`, `imagePullSecrets`, `tokenExpirationSeconds` only refer to one or describe it. A bare `key` says nothing: in
 * Kubernetes it names a label, a taint or an entry.
 *
 * @returns undefined when it says neither; then what stands above it decides
 */
export function keyMeaning(key: string): KeyMeaning | undefined {
  if (key.length > longestKnown) return meaningOf(key);
  if (!known.has(key)) {
    if (known.size >= mostKnown) known.clear();
    known.set(key, meaningOf(key));
  }
  return known.get(key);
}

/** The same few keys are asked about thousands of times in one text. */
const known = new Map<string, KeyMeaning | undefined>();
const longestKnown = 60;
const mostKnown = 5000;

function meaningOf(key: string): KeyMeaning | undefined {
  const words = wordsOf(key);
  const last = words.at(-1);
  if (last === undefined) return undefined;
  if (plainEndings.has(last)) return 'plain';
  const named = words.some((word) => isSecretWord(word) || isKeyWord(word));
  if (named && plainAfterSecret.has(last)) return isSecretId(words) ? 'secret' : 'plain';
  if (named && words.some((word) => amounts.has(word))) return 'plain';
  if (namesAnEntry(words)) return 'plain';
  if (refersToSecret(words)) return 'plain';
  const isDockerConfig = words.join('').endsWith('dockerconfigjson');
  return words.some(isSecretWord) || isDockerConfig || isPass(words) || isKey(words) ? 'secret' : undefined;
}

/** Whether a key says that its value is a secret. */
export function isSecretKey(key: string): boolean {
  return keyMeaning(key) === 'secret';
}

/** Members that hold what another member of the mapping names, and those that name it: `{name: DB_PASSWORD, value: …}`. */
const valueKeys: ReadonlySet<string> = new Set(['value', 'values', 'default', 'content']);
const namingKeys = ['name', 'key', 'id', 'parameter', 'variable', 'property'] as const;

/**
 * What a mapping says about one of its members: by the member's key, by the name that stands beside a `value`, and by the kind of
 * a Kubernetes Secret.
 *
 * @param siblingText the text of another member of the mapping, undefined where there is none
 */
export function memberMeaning(key: string, siblingText: (key: string) => string | undefined): KeyMeaning | undefined {
  if (valueKeys.has(key) && namingKeys.some((name) => isSecretKey(siblingText(name) ?? ''))) return 'secret';
  if (key === 'stringData' || (key === 'data' && siblingText('kind') === 'Secret')) return 'secret';
  return keyMeaning(key);
}

function wordsOf(key: string): readonly string[] {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ''))
    .filter((word) => word !== '');
}

function isSecretWord(word: string): boolean {
  return secretWords.has(word) || (secretEnding.test(word) && !otherPasses.has(word));
}

/** Vault's `secret_id` is a password; other ids name something. */
function isSecretId(words: readonly string[]): boolean {
  return words.at(-1) === 'id' && words.at(-2) === 'secret';
}

/** `topologyKey`, `publicKeys`, `existingSecretPasswordKey`. */
function namesAnEntry(words: readonly string[]): boolean {
  const before = words.at(-2);
  return isKeyWord(words.at(-1)) && before !== undefined && openKeys.has(before);
}

/** `existingSecret`, `imagePullSecrets`, `existingSecretKey`. */
function refersToSecret(words: readonly string[]): boolean {
  const at = words.findIndex((word) => word === 'secret' || word === 'secrets');
  if (at === -1) return false;
  if (words.slice(0, at).includes('existing')) return true;
  return at === words.length - 1 && words.slice(0, at).some((word) => referenceWords.has(word));
}

function isPass(words: readonly string[]): boolean {
  return words.at(-1) === 'pass' && !passesSomething.has(words.at(-2) ?? '');
}

/** `api_key`, `tls.key`, `client-key-data`; not `keyboard`, `key`, `key_algorithm`. */
function isKey(words: readonly string[]): boolean {
  const at = words.findLastIndex((word) => !payloads.has(word));
  return at > 0 && isKeyWord(words[at]) && !openKeys.has(words[at - 1] ?? '');
}

function isKeyWord(word: string | undefined): boolean {
  return word === 'key' || word === 'keys';
}
