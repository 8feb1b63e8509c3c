import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { merge } from './merge.ts';
import { pathKey, pathText } from './path-text.ts';
import { text as anyText } from './testing/generated-text.ts';
import { editList, randomList, writeList } from './testing/keyed-lists.ts';
import { Random } from './testing/random.ts';
import { same } from './testing/reference-merge.ts';
import type { Decision, MergeInput, MergePath } from './types.ts';

/* Whatever a conflict offers has to work: taking a side gives the value that the conflict showed for it, and leaves nothing else undone. */

const absent = Symbol('absent');
/** A text's plain value; a key that a side does not have itself may still be behind its `<<`. */
const plain = (source: string, path: MergePath, shown: unknown): unknown => {
  const quoted = source.replaceAll(/: (\{\{.*?\}\})/g, ': "$1"');
  return parse(quoted, { merge: shown !== absent && path.at(-1) !== '<<' }) ?? null;
};

/** Whether the value has, at the path, what a conflict showed for the side taken; undefined: nothing there. */
function holds(value: unknown, path: MergePath, shown: unknown): boolean {
  const [element, ...rest] = path;
  if (element === undefined) return shown !== absent && same(value, shown);
  if (typeof element === 'string') {
    const has = typeof value === 'object' && value !== null && Object.hasOwn(value, element);
    if (!has) return rest.length === 0 && shown === absent;
    return holds((value as Record<string, unknown>)[element], rest, shown);
  }
  if (!Array.isArray(value)) return shown === absent;
  const isThis = (item: unknown): boolean =>
    typeof element === 'object' &&
    Object.entries(element).every(([key, part]) => same((item as Record<string, unknown> | null)?.[key], part));
  if (rest.length > 0) return value.some((item) => isThis(item) && holds(item, rest, shown));
  // What replaces an item may have another identity, and the index is that in base.
  return shown === absent ? !value.some(isThis) : value.some((item) => same(item, shown));
}

/** Takes each side at each conflict; tells what did not come out as shown. */
function untrueChoices(input: MergeInput): { readonly tried: number; readonly complaints: readonly string[] } {
  const complaints: string[] = [];
  let tried = 0;
  for (const conflict of merge(input).conflicts) {
    for (const take of ['current', 'incoming', 'base'] as const) {
      tried += 1;
      const complaint = untrue(input, conflict, take);
      if (complaint !== undefined) complaints.push(`${pathText(conflict.path)} taken ${take}: ${complaint}`);
    }
  }
  return { tried, complaints };
}

function untrue(input: MergeInput, conflict: Decision, take: 'current' | 'incoming' | 'base'): string | undefined {
  const { path } = conflict;
  try {
    const settled = merge({ ...input, resolutions: [{ path, take }] });
    const open = settled.conflicts.some((other) => pathKey(other.path) === pathKey(path));
    if (open || settled.unusedResolutions.length > 0) return 'it is still open';
    const side = conflict[take];
    const shown = side === undefined ? absent : side.value;
    if (holds(plain(settled.text, path, shown), path, shown)) return undefined;
    return `${JSON.stringify(side?.value)} expected in\n${settled.text}`;
  } catch (error) {
    return String(error);
  }
}

const scalar = fc.constantFrom('1', '2', '"three"', 'x, y', '{p: 1}', '[a, b]');
const user = fc.constantFrom('*one', '*two', '7', '[*one, *two]', '{k: *two, l: 1}', '{<<: *map, p: 3}');
const inner = fc.constantFrom('p: 1', 'p: 2', 'q: 1', '<<: *map', 'r: *one');
const mapping = fc
  .uniqueArray(inner, { selector: (line) => line.slice(0, 1), minLength: 1, maxLength: 4 })
  .map((lines) => lines.map((line) => `  ${line}\n`).join(''));

/** Keys with and without anchors, aliases of them and keys behind `<<`; every alias has its anchor before it. */
const aliased = fc
  .record({
    one: scalar,
    two: scalar,
    map: fc.constantFrom('{p: 1, q: 2}', '{p: 5}', '{}'),
    users: fc.array(fc.option(user), { minLength: 3, maxLength: 3 }),
    block: fc.option(mapping),
    list: fc.option(fc.constantFrom('[{name: a, v: *one}]', '[{name: a, v: 1}, {name: b, v: *two}]')),
    bare: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ one, two, map, users, block, list, bare }) => {
    const lines = [
      `one: &one ${one}\n`,
      `two: &two ${two}\n`,
      `map: &map ${map}\n`,
      ...users.map((value, index) => (value === null ? '' : `user${index}: ${value}\n`)),
      block === null ? '' : `block:\n${block}`,
      list === null ? '' : `list: ${list}\n`,
    ].join('');
    if (bare !== 0) return lines;
    const written: Readonly<Record<string, string>> = { '*one': '1', '*two': '2', '*map': '{p: 1, q: 2}' };
    return lines.replaceAll(/&\w+ /g, '').replaceAll(/\*\w+/g, (alias) => written[alias] ?? alias);
  });

describe('every choice that a conflict offers', { timeout: 300_000 }, () => {
  const texts: readonly (readonly [string, fc.Arbitrary<string>])[] = [
    ['of any sort', anyText],
    ['with aliases and keys behind <<', aliased],
  ];
  it.each(texts)('settles it to the value that it showed, in texts %s', (_, text) => {
    let tried = 0;
    fc.assert(
      fc.property(text, text, text, (base, current, incoming) => {
        const result = untrueChoices({ base, current, incoming });
        tried += result.tried;
        expect(result.complaints).toEqual([]);
      }),
      { numRuns: Number(process.env['SEALIFT_CHOICE_CASES'] ?? 60) },
    );
    expect(tried).toBeGreaterThan(60);
  });

  it('settles it to the value that it showed, in lists whose items have a name', () => {
    const random = new Random(17);
    const complaints: string[] = [];
    for (let index = 0; index < 200; index += 1) {
      const base = randomList(random);
      const [current, incoming] = [editList(base, random, 's'), editList(base, random, 'r')];
      const input = { base: writeList(base), current: writeList(current), incoming: writeList(incoming) };
      complaints.push(...untrueChoices(input).complaints);
    }
    expect(complaints).toEqual([]);
  });
});
