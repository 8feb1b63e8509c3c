import type { CheckItem } from '../../check/check.ts';
import { compareCore, parseVersion } from '../../version/version.ts';
import { type Expectation, expectationText, isOfValue, shown } from './expectation.ts';
import { isScalar, parseFieldPath, type PathStep, valuesAt } from './field-path.ts';
import { matchesGlob } from './glob.ts';
import { type ObjectQuery, queryText } from './object-query.ts';
import { quantityOf } from './quantity.ts';

/** What is looked at, and what is to hold of it. */
export interface Statement {
  readonly query: ObjectQuery;
  /** As `parseFieldPath` reads it. */
  readonly field?: string | undefined;
  readonly expect: Expectation;
  /** Whether it also holds where no object is found. */
  readonly optional?: boolean | undefined;
}

/** An object as it was found, with what a person calls it. */
export interface FoundObject {
  readonly name: string;
  readonly object: Readonly<Record<string, unknown>>;
}

/** Whether a statement holds, by what. */
export interface Judgement {
  readonly holds: boolean;
  /** In words. */
  readonly detail: string;
  /** What of it does not hold, one by one. */
  readonly items: readonly CheckItem[];
}

/** Whether a statement holds of the objects that its query found. Values of Secrets are compared and never told. */
export function judgeStatement(statement: Statement, found: readonly FoundObject[]): Judgement {
  const { query, field, expect, optional = false } = statement;
  const what = queryText(query);
  if (expect.count !== undefined) return judgeCount(what, expect.count, found.length);
  const steps = field === undefined ? undefined : parseFieldPath(field);
  if (field !== undefined && steps === undefined) throw new Error(`no path of a field: ${field}`);
  if (expect.absent !== undefined) {
    const there = steps === undefined ? found : found.filter(({ object }) => valuesAt(object, steps).length > 0);
    const text = steps === undefined ? 'is there' : `has ${field}`;
    return judged(
      there.map(({ name }) => ({ place: name, text })),
      `${what}: none ${steps === undefined ? 'is there' : text}`,
    );
  }
  if (found.length === 0) {
    const item = { place: what, text: 'is not there' };
    return optional ? { holds: true, detail: `${what}: none is there`, items: [] } : judged([item], '');
  }
  const told =
    steps === undefined ? 'there' : isOfValue(expect) ? `${field} is ${expectationText(expect)}` : `has ${field}`;
  const items =
    steps === undefined
      ? []
      : found.flatMap((one) => trouble(one, { steps, field: field ?? '', expect, isSecret: query.kind === 'Secret' }));
  return judged(items, `${what}: ${found.length === 1 ? told : `of all ${found.length}, ${told}`}`);
}

function judged(items: readonly CheckItem[], detail: string): Judgement {
  const [first] = items;
  if (first === undefined) return { holds: true, detail, items };
  const more = items.length === 1 ? '' : ` (and ${items.length - 1} more)`;
  return { holds: false, detail: `${first.place} ${first.text}${more}`, items };
}

function judgeCount(
  what: string,
  { atLeast = 0, atMost = Infinity }: NonNullable<Expectation['count']>,
  count: number,
): Judgement {
  const holds = count >= atLeast && count <= atMost;
  const wanted = expectationText({ count: { atLeast, ...(atMost === Infinity ? {} : { atMost }) } });
  const text = `there are ${count}, and there should be ${wanted}`;
  if (holds) return { holds, detail: `${what}: there are ${count}`, items: [] };
  return { holds, detail: `${what}: ${text}`, items: [{ place: what, text }] };
}

/** What one object has otherwise. */
function trouble(
  { name, object }: FoundObject,
  {
    steps,
    field,
    expect,
    isSecret,
  }: {
    readonly steps: readonly PathStep[];
    readonly field: string;
    readonly expect: Expectation;
    readonly isSecret: boolean;
  },
): readonly CheckItem[] {
  const values = valuesAt(object, steps);
  if (values.length === 0) return [{ place: name, text: `has no ${field}` }];
  const other = values.filter((value) => !fits(value, expect));
  const [first] = other;
  if (other.length === 0) return [];
  const is = isSecret ? 'another than it should be' : `${shown(first)}, and should be ${expectationText(expect)}`;
  return [{ place: name, text: `${field} is ${is}` }];
}

function fits(value: unknown, expect: Expectation): boolean {
  if (expect.exists !== undefined) return true;
  if (!isScalar(value)) return false;
  if (expect.equals !== undefined) return String(value) === String(expect.equals);
  if (expect.oneOf !== undefined) return expect.oneOf.some((one) => String(one) === String(value));
  if (expect.atLeast !== undefined) {
    const [is, wanted] = [quantityOf(value), quantityOf(expect.atLeast)];
    return is !== undefined && wanted !== undefined && is >= wanted;
  }
  if (expect.versionAtLeast !== undefined) {
    const { core } = parseVersion(String(value));
    return core.length > 0 && compareCore(core, parseVersion(expect.versionAtLeast).core) >= 0;
  }
  if (expect.matches !== undefined)
    return matchesGlob(String(value).slice(0, longest), expect.matches) && String(value).length <= longest;
  return false;
}

/** A longer text matches nothing. */
const longest = 10_000;
