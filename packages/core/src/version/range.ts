import { SealiftError } from '../errors/sealift-error.ts';
import { compareCore, comparePrecedence, parseVersion, type Version } from './version.ts';

type Operator = '<' | '<=' | '=' | '>=' | '>';

interface Comparator {
  readonly operator: Operator;
  readonly version: Version;
}

/** A parsed range: a version satisfies it when every comparator of one alternative holds. */
export interface VersionRange {
  readonly text: string;
  readonly alternatives: readonly (readonly Comparator[])[];
}

/** Longer than any range a person writes; keeps a hostile document from costing time. */
const maxLength = 1000;
const comparatorForm = /^(<=|>=|<|>|=)?([vV]?[0-9]+(?:\.[0-9]+)*(?:[-+][0-9A-Za-z.+-]+)?)$/;
const loneOperator = /^(?:<=|>=|<|>|=)$/;

/**
 * Reads a range: comparators `< <= = >= >` with a version, all of which must hold, and `||` between alternatives:
 * `>=4.2.0 <4.2.13`, `4.1.12`, `>=1.26 <1.28 || 1.30`. A version of one or two numbers stands for all versions that
 * start with them, so `<1.28` excludes 1.28.0-rc.1 and `1.27` takes every patch. There is no `^`, `~`, `x` or `*`.
 *
 * @throws VERSION_RANGE_INVALID with the place given.
 */
export function parseRange(text: string, place?: string): VersionRange {
  const refuse = (reason: string): SealiftError =>
    new SealiftError('VERSION_RANGE_INVALID', {
      values: { range: JSON.stringify(text.slice(0, 100)), reason },
      ...(place === undefined ? {} : { place }),
    });
  if (text.length > maxLength) throw refuse(`it is longer than ${maxLength} characters`);
  const alternatives = text.split('||').map((alternative) => {
    const words = joinOperators(alternative.split(/\s+/).filter((word) => word !== ''));
    if (words.length === 0) throw refuse('an alternative is empty');
    return words.map((word) => {
      const match = comparatorForm.exec(word);
      if (match?.[2] === undefined) throw refuse(`${JSON.stringify(word.slice(0, 60))} is not a comparator`);
      return { operator: asOperator(match[1]), version: parseVersion(match[2]) };
    });
  });
  return { text, alternatives };
}

/**
 * Whether a version lies in a range, by semver precedence: pre-releases count where they stand, build metadata only
 * when an `=` comparator names some.
 *
 * @throws VERSION_RANGE_INVALID when the range is a text that cannot be read.
 */
export function satisfies(version: string | Version, range: string | VersionRange): boolean {
  const { alternatives } = typeof range === 'string' ? parseRange(range) : range;
  const candidate = typeof version === 'string' ? parseVersion(version) : version;
  if (candidate.core.length === 0) return false;
  return alternatives.some((comparators) => comparators.every((comparator) => holds(candidate, comparator)));
}

function holds(candidate: Version, { operator, version }: Comparator): boolean {
  const partial = version.core.length < 3 && version.prerelease.length === 0 && version.build === undefined;
  const order = partial
    ? compareCore(candidate.core, version.core, version.core.length)
    : comparePrecedence(candidate, version);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '=':
      return order === 0 && (version.build === undefined || version.build === candidate.build);
  }
}

/** `>= 4.2.0` is written as often as `>=4.2.0`. */
function joinOperators(words: readonly string[]): string[] {
  const joined: string[] = [];
  let operator = '';
  for (const word of words) {
    if (operator === '' && loneOperator.test(word)) operator = word;
    else {
      joined.push(operator + word);
      operator = '';
    }
  }
  if (operator !== '') joined.push(operator);
  return joined;
}

function asOperator(text: string | undefined): Operator {
  return text === '<' || text === '<=' || text === '>=' || text === '>' ? text : '=';
}
