import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { merge } from './merge.ts';
import { anyEnding, text } from './testing/generated-text.ts';
import { expectMerge, judge, same } from './testing/reference-merge.ts';

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
