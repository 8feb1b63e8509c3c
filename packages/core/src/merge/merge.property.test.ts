import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { merge } from './merge.ts';
import { expectMerge, judge, same } from './testing/reference-merge.ts';

/* Texts are generated as people write them: comments, quotes, flow and block style, blank lines; keys are few, so that edits meet. */

interface Generated {
  readonly lines: readonly string[];
}

const key = fc.constantFrom('a', 'b', 'c', 'image', 'replicas', '"quoted key"', 'x.y/z');
const scalar = fc.constantFrom(
  '1',
  '2',
  'true',
  'null',
  '""',
  'text',
  '"a: b"',
  "'it''s'",
  'v1.2',
  '~',
  '{{ .spectro.var.x }}',
  '"{{ .y }}"',
  'ünïcödé 漢字',
);
const trailing = fc.constantFrom('', '', '', ' # note', '   # other note');
const before = fc.constantFrom<readonly string[]>([], [], [], ['# comment'], ['', '# -- documentation'], ['']);

function mapping(depth: number): fc.Arbitrary<Generated> {
  return fc
    .uniqueArray(fc.tuple(key, entry(depth), before), { selector: ([name]) => name, minLength: 1, maxLength: 5 })
    .map((entries) => ({
      lines: entries.flatMap(([name, value, above]) => [
        ...above,
        `${name}:${value.lines[0] ?? ''}`,
        ...value.lines.slice(1),
      ]),
    }));
}

/** What follows `key:`; the first line continues it. */
function entry(depth: number): fc.Arbitrary<Generated> {
  const leaf = fc.tuple(scalar, trailing).map(([value, note]) => ({ lines: [` ${value}${note}`] }));
  const flow = fc
    .uniqueArray(fc.constantFrom('p: 1', 'q: 2', 'r: x'), { maxLength: 3 })
    .map((members) => ({ lines: [` {${members.join(', ')}}`] }));
  const list = fc
    .uniqueArray(fc.constantFrom('one', 'two', 'three', 'four'), { maxLength: 4 })
    .map((items) => (items.length === 0 ? { lines: [' []'] } : { lines: ['', ...items.map((item) => `  - ${item}`)] }));
  const block = fc
    .array(fc.constantFrom('first line', '  second: line', '', '# no comment'), { minLength: 1, maxLength: 4 })
    .map((lines) => ({
      lines: [' |', '    start', ...lines.map((line) => (line === '' ? '' : `    ${line}`)), '    end'],
    }));
  if (depth === 0) return fc.oneof(leaf, flow);
  const nested = mapping(depth - 1).map(({ lines }) => ({
    lines: ['', ...lines.map((line) => (line === '' ? '' : `  ${line}`))],
  }));
  return fc.oneof({ weight: 4, arbitrary: leaf }, flow, list, block, { weight: 3, arbitrary: nested });
}

const ending = fc.constantFrom('\n', '\r\n');
const text = fc
  .tuple(mapping(3), fc.constantFrom('', '# heading\n\n', '---\n'), fc.constantFrom('', '\n', '\n# end\n'))
  .map(([{ lines }, head, tail]) => `${head}${lines.join('\n')}${tail}`);
const anyEnding = fc.tuple(text, ending).map(([lines, newline]) => lines.replaceAll('\n', newline));

const plain = (source: string): unknown => parse(source.replace(/: (\{\{.*?\}\})/g, ': "$1"')) ?? null;
const options = { numRuns: 150 };

describe('every merge', { timeout: 120_000 }, () => {
  it('of an uncustomised text is incoming, byte for byte', () => {
    fc.assert(
      fc.property(anyEnding, anyEnding, (base, incoming) => {
        const result = merge({ base, current: base, incoming });
        expect(result.text).toBe(incoming);
        expect(result.clean).toBe(true);
      }),
      options,
    );
  });

  it('with an unchanged release is current, byte for byte', () => {
    fc.assert(
      fc.property(anyEnding, anyEnding, (base, current) => {
        const result = merge({ base, current, incoming: base });
        expect(result.text).toBe(current);
        expect(result.clean).toBe(true);
      }),
      options,
    );
  });

  it('gives the values and the conflicts that an independent reference gives', () => {
    fc.assert(
      fc.property(text, text, text, (base, current, incoming) => {
        const result = merge({ base, current, incoming });
        const expected = expectMerge(plain(base), plain(current), plain(incoming));
        const complaints = judge(
          expected,
          plain(result.text),
          result.conflicts.map(({ path }) => path),
        );
        // A block scalar that both changed may be merged by line, where the reference knows only a conflict.
        const byLine = result.decisions.filter(({ reason }) => reason.includes('different lines'));
        if (byLine.length === 0) expect(complaints).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('is the same for both sides, conflicts apart, and deterministic', () => {
    fc.assert(
      fc.property(text, text, text, (base, current, incoming) => {
        const one = merge({ base, current, incoming });
        const again = merge({ base, current, incoming });
        const other = merge({ base, current: incoming, incoming: current });
        expect(again).toEqual(one);
        expect(other.clean).toBe(one.clean);
        // Where both added items to one list, the order tells the sides apart.
        const lists = expectMerge(plain(base), plain(current), plain(incoming)).lists;
        if (one.clean && lists.length === 0) expect(same(plain(other.text), plain(one.text))).toBe(true);
      }),
      options,
    );
  });

  it('leaves nothing open once each conflict is settled, and holds the values chosen', () => {
    const take = fc.constantFrom('current' as const, 'incoming' as const, 'base' as const);
    fc.assert(
      fc.property(text, text, text, take, (base, current, incoming, side) => {
        const { conflicts } = merge({ base, current, incoming });
        const settled = merge({
          base,
          current,
          incoming,
          resolutions: conflicts.map(({ path }) => ({ path, take: side })),
        });
        expect(settled.clean).toBe(true);
        expect(settled.unusedResolutions).toEqual([]);
      }),
      options,
    );
  });

  it('has source ranges that hold the values’ texts', () => {
    fc.assert(
      fc.property(anyEnding, anyEnding, anyEnding, (base, current, incoming) => {
        for (const decision of merge({ base, current, incoming }).decisions) {
          for (const [side, source] of [
            [decision.base, base],
            [decision.current, current],
            [decision.incoming, incoming],
          ] as const) {
            if (side === undefined) continue;
            expect(source.slice(side.range.start, side.range.end)).toBe(side.source);
            expect(source.slice(0, side.range.start).split('\n').length).toBe(side.range.line);
          }
          expect(decision.reason).toMatch(/^[A-Z].*\.$/s);
        }
      }),
      options,
    );
  });

  it('keeps every comment line that the site wrote, in what stays', () => {
    fc.assert(
      fc.property(text, fc.nat(), (base, at) => {
        const lines = base.split('\n');
        const starts = lines.flatMap((line, index) => (/^[a-z"].*:/.test(line) ? [index] : []));
        const index = starts[at % Math.max(1, starts.length)];
        if (index === undefined) return;
        const current = lines.toSpliced(index, 0, '# a note of the site').join('\n');
        const incoming = `${base}${base.endsWith('\n') ? '' : '\n'}added: 1\n`;
        expect(merge({ base, current, incoming }).text).toContain('# a note of the site\n');
      }),
      options,
    );
  });
});
