/** A version text taken apart. Any text can be; see `parseVersion`. */
export interface Version {
  /** Exactly as written. */
  readonly text: string;
  /** The dotted numbers at the start, as decimal digits: `['1', '26', '10']`. Empty when the text starts with none. */
  readonly core: readonly string[];
  /** Dot-separated identifiers of the pre-release (semver 2.0.0, item 9). Empty when there is none. */
  readonly prerelease: readonly string[];
  /** Build metadata behind `+` (semver 2.0.0, item 10), undefined when there is none. */
  readonly build: string | undefined;
}

const digits = /^[0-9]+$/;
const head = /^[vV]?([0-9]+(?:\.[0-9]+)*)/;

/**
 * Takes a version apart. Packs in the field are not always semantic (`v1.12.0`, `26.04.4`, `22.04`), so nothing is
 * refused: a leading `v` is skipped, any count of numbers and leading zeros are accepted, `_` before build metadata
 * is read as the `+` it replaces in an OCI tag, and any other text behind the numbers counts as a pre-release.
 */
export function parseVersion(text: string): Version {
  const match = head.exec(text);
  const numbers = match?.[1];
  if (match === null || numbers === undefined) return { text, core: [], prerelease: [], build: undefined };
  const rest = text.slice(match[0].length);
  const plus = rest.search(/[+_]/);
  const before = plus === -1 ? rest : rest.slice(0, plus);
  const suffix = before.startsWith('-') || before.startsWith('.') ? before.slice(1) : before;
  return {
    text,
    core: numbers.split('.'),
    prerelease: before === '' ? [] : suffix.split('.'),
    build: plus === -1 ? undefined : rest.slice(plus + 1),
  };
}

/**
 * A total order over all texts, usable by `sort`: precedence as in semver 2.0.0 item 11 (missing numbers count as
 * zero, texts without a number come first); where precedence is equal, build metadata (`+k3s2` before `+k3s10`);
 * then the text. So 0 means identical texts and nothing else.
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const left = parseVersion(a);
  const right = parseVersion(b);
  return comparePrecedence(left, right) || compareBuild(left.build, right.build) || compareText(a, b);
}

/** Semver precedence alone: build metadata, a leading `v` and leading zeros make no difference. */
export function comparePrecedence(a: Version, b: Version): number {
  if (a.core.length === 0 || b.core.length === 0) {
    return Number(a.core.length > 0) - Number(b.core.length > 0) || compareText(a.text, b.text);
  }
  return compareCore(a.core, b.core) || comparePrerelease(a.prerelease, b.prerelease);
}

/** Compares dotted numbers; with `parts` only the first so many of them. */
export function compareCore(a: readonly string[], b: readonly string[], parts = Math.max(a.length, b.length)): number {
  for (let index = 0; index < parts; index += 1) {
    const order = compareNumber(a[index] ?? '0', b[index] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}

function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Number(b.length > 0) - Number(a.length > 0);
  return compareIdentifiers(a, b);
}

function compareBuild(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareIdentifiers(a.match(/[0-9]+|[^0-9]+/g) ?? [], b.match(/[0-9]+|[^0-9]+/g) ?? []);
}

/** Semver 2.0.0 item 11.4: numbers by value and before texts, texts by code unit, the longer list last. */
function compareIdentifiers(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const left = a[index] ?? '';
    const right = b[index] ?? '';
    const kind = Number(digits.test(right)) - Number(digits.test(left));
    const order = kind || (digits.test(left) ? compareNumber(left, right) : compareText(left, right));
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

/** Compares decimal digits of any length by value; numbers of a hostile text may be longer than a double can hold. */
function compareNumber(a: string, b: string): number {
  if (a === b) return 0;
  const left = a.startsWith('0') ? a.replace(/^0+/, '') : a;
  const right = b.startsWith('0') ? b.replace(/^0+/, '') : b;
  return Math.sign(left.length - right.length) || compareText(left, right);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
