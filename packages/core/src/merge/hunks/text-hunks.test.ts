import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merge } from '../merge.ts';
import { askedHunks, assembleHunks, type HunkChoice, ownHunk, typedHunk } from './assemble-hunks.ts';
import { textHunks } from './text-hunks.ts';

const sides = ['base', 'current', 'incoming'] as const;

/** Few different lines, so that changes meet; some end in CRLF, and the last one may have no end. */
const text = fc
  .tuple(
    fc.array(fc.constantFrom('a\n', 'b\n', 'c\n', 'd\r\n', '\n', '  \n'), { maxLength: 9 }),
    fc.constantFrom('', '', 'end', 'z'),
  )
  .map(([lines, last]) => lines.join('') + last);

const repeated = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('');

const pem = (name: string): string =>
  `-----BEGIN CERTIFICATE-----\n${name}AAA\n${name}BBB\n-----END CERTIFICATE-----\n`;

describe('a conflict on a long text, hunk by hunk', () => {
  it('loses nothing of the three texts: all hunks with one side are that text', () => {
    let found = 0;
    fc.assert(
      fc.property(text, text, text, (base, current, incoming) => {
        const hunks = textHunks({ base, current, incoming });
        if (hunks === undefined) return;
        found += 1;
        const whole = { base, current, incoming };
        for (const side of sides) expect(hunks.map((hunk) => hunk[side]).join('')).toBe(whole[side]);
      }),
      { numRuns: 1000 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it('has what one side alone changed, and of what both changed the side that was taken', () => {
    fc.assert(
      fc.property(text, text, text, (base, current, incoming) => {
        const hunks = textHunks({ base, current, incoming }) ?? [];
        const { all } = askedHunks(hunks, new Map());
        for (const side of ['current', 'incoming'] as const) {
          const choices = new Map<number, HunkChoice>(all.map((index) => [index, side]));
          expect(askedHunks(hunks, choices).open).toEqual([]);
          const expected = hunks.map(
            (hunk) => hunk[hunk.by === 'release' ? 'incoming' : hunk.by === 'asked' ? side : 'current'],
          );
          expect(assembleHunks(hunks, choices)).toBe(expected.join(''));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is settled once: where what was assembled runs, to keep it everywhere changes nothing more', () => {
    const edits = fc.array(fc.constantFrom('', 'out', 'new'), { minLength: 12, maxLength: 12 });
    const written = (who: string, how: readonly string[]): string =>
      how.map((edit, at) => (edit === '' ? `${at}\n` : edit === 'out' ? '' : `${who} ${at}\n`)).join('');
    let found = 0;
    fc.assert(
      fc.property(edits, edits, fc.array(fc.boolean(), { minLength: 25, maxLength: 25 }), (ours, theirs, given) => {
        const [base, incoming] = [Array.from(ours, (_edit, at) => `${at}\n`).join(''), written('release', theirs)];
        const settle = (current: string, choose: (index: number) => HunkChoice): string | undefined => {
          const hunks = textHunks({ base, current, incoming });
          return hunks && assembleHunks(hunks, new Map(hunks.map((_hunk, index) => [index, choose(index)])));
        };
        const once = settle(written('site', ours), (index) => (given[index] === true ? 'incoming' : 'current'));
        const again = once === undefined ? undefined : settle(once, () => 'current');
        if (again === undefined) return;
        found += 1;
        expect(again).toBe(once);
      }),
      { numRuns: 500 },
    );
    expect(found).toBeGreaterThan(50);
  });

  it('never joins two lines, whatever was chosen and typed', () => {
    const choice = fc.oneof(
      fc.constantFrom<HunkChoice>('current', 'incoming', 'base'),
      fc.constantFrom('', 'typed', 'two\nlines', 'ended\n').map((typed) => ({ typed })),
    );
    fc.assert(
      fc.property(
        text,
        text,
        text,
        fc.array(choice, { minLength: 12, maxLength: 12 }),
        (base, current, incoming, given) => {
          const hunks = textHunks({ base, current, incoming }) ?? [];
          const { all } = askedHunks(hunks, new Map());
          const choices = new Map<number, HunkChoice>(
            all.map((index, at) => {
              const one = given[at % given.length] ?? 'current';
              return [index, typeof one === 'object' && 'typed' in one ? ownHunk(one.typed, hunks, index) : one];
            }),
          );
          const parts = hunks.map((hunk, index) =>
            assembleHunks([hunk], new Map([[0, choices.get(index) ?? 'current']])),
          );
          const rest = parts.findLastIndex((part) => part !== '');
          for (const part of parts.slice(0, Math.max(0, rest))) expect(part === '' || part.endsWith('\n')).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('keeps CRLF and a last line without an end, also in what is typed', () => {
    const base = 'one\r\ntwo\r\nthree\r\nfour';
    const current = 'ours\r\ntwo\r\nthree\r\n4';
    const incoming = 'theirs\r\ntwo\r\nthree\r\nIV';
    const hunks = textHunks({ base, current, incoming }) ?? [];
    expect(askedHunks(hunks, new Map()).all).toEqual([0, 2]);
    const choices = new Map([
      [0, ownHunk('mine\nand more', hunks, 0)],
      [2, ownHunk('last', hunks, 2)],
    ]);
    expect(assembleHunks(hunks, choices)).toBe('mine\r\nand more\r\ntwo\r\nthree\r\nlast');
    expect(typedHunk(hunks[0]?.current ?? '')).toBe('ours');
    expect(assembleHunks(hunks, new Map([...choices, [0, ownHunk('', hunks, 0)]]))).toBe('two\r\nthree\r\nlast');
  });

  it('merges what does not touch by itself, and asks about the rest', () => {
    const base = repeated(40, (index) => `line ${index}\n`);
    const current = base.replace('line 3\n', 'site 3\n').replace('line 20\n', 'site 20\n');
    const incoming = base.replace('line 30\n', 'release 30\n').replace('line 20\n', 'release 20\n');
    const hunks = textHunks({ base, current, incoming }) ?? [];
    expect(hunks.map(({ by }) => by).filter((by) => by !== 'nobody')).toEqual(['site', 'asked', 'release']);
    expect(assembleHunks(hunks, new Map([[3, 'incoming']]))).toBe(incoming.replace('line 3\n', 'site 3\n'));
  });

  it('takes certificates whole, and asks about each change in a bundle of them', () => {
    const base = pem('a') + pem('b') + pem('c');
    const current = `# ours\n${pem('own')}${base}`;
    const incoming = pem('a') + pem('b2') + pem('c');
    const hunks = textHunks({ base, current, incoming }) ?? [];
    const changed = hunks.filter(({ by }) => by !== 'nobody');
    expect(changed).toEqual([
      { by: 'asked', base: '', current: `# ours\n${pem('own')}`, incoming: '' },
      { by: 'asked', base: pem('b'), current: pem('b'), incoming: pem('b2') },
    ]);
  });

  it('asks about every change where the merge refused to combine them', () => {
    const json = (lines: readonly string[]): string => `{\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
    const base = json(['"a": 1,', '"b": 1,', '"c": 1,', '"d": 1']);
    const current = json(['"a": 2,', '"b": 1,', '"c": 1,', '"d": 1']);
    const incoming = json(['"a": 1,', '"b": 1,', '"c": 1']);
    const hunks = textHunks({ base, current, incoming }) ?? [];
    expect(hunks.filter(({ by }) => by !== 'nobody').map(({ by }) => by)).toEqual(['asked', 'asked']);
  });

  it('is about what one text has and the other has not, where neither comes from a base', () => {
    const hunks = textHunks({ base: undefined, current: 'a\nb\nc\n', incoming: 'x\nb\nc\nd\n' }) ?? [];
    expect(hunks).toEqual([
      { by: 'asked', base: '', current: 'a\n', incoming: 'x\n' },
      { by: 'nobody', base: '', current: 'b\nc\n', incoming: 'b\nc\n' },
      { by: 'asked', base: '', current: '', incoming: 'd\n' },
    ]);
  });

  it('is not taken apart where that gains nothing: one change, encoded data', () => {
    expect(textHunks({ base: 'a\nb\n', current: 'a\nc\n', incoming: 'a\nd\n' })).toBeUndefined();
    const data = (seed: string): string => repeated(5, (index) => `${`${seed}${index}`.repeat(30)}\n`);
    expect(
      textHunks({ base: data('A'), current: data('A').replace('A1', 'B1'), incoming: data('A').replace('A4', 'C4') }),
    ).toBeUndefined();
  });

  it('asks only about what the merge itself calls a conflict', () => {
    const indented = (value: string): string => `s: |\n${value.replaceAll(/^(?=.)/gm, '  ')}`;
    const plain = fc
      .array(fc.constantFrom('alpha', 'beta', 'gamma', 'delta'), { minLength: 1, maxLength: 9 })
      .map((lines) => `${lines.join('\n')}\n`);
    fc.assert(
      fc.property(plain, plain, plain, (base, current, incoming) => {
        const { conflicts, text: merged } = merge({
          base: indented(base),
          current: indented(current),
          incoming: indented(incoming),
        });
        const hunks = textHunks({ base, current, incoming });
        if (hunks === undefined || conflicts.length > 0) return;
        // What merges by itself is what the hunks of one side alone come to.
        const asked = askedHunks(hunks, new Map()).all;
        const own = new Map<number, HunkChoice>(
          asked.map((index) => [index, hunks[index]?.current === hunks[index]?.base ? 'incoming' : 'current']),
        );
        expect(merged).toBe(indented(assembleHunks(hunks, own)));
      }),
      { numRuns: 500 },
    );
  });
});

describe('hunks of long and odd texts are found soon', { timeout: 60_000 }, () => {
  it('in 5,000 lines with a thousand conflicts', () => {
    const base = repeated(5000, (index) => `line ${index} of a file that somebody wrote\n`);
    const edit = (who: string): string => base.replaceAll(/line (\d*)5 of/g, `${who} $15 of`);
    const hunks = textHunks({ base, current: edit('site'), incoming: edit('release') }) ?? [];
    expect(askedHunks(hunks, new Map()).all).toHaveLength(500);
  });

  it('in lines that repeat in no order: above the bound that is one change, which is settled as a whole', () => {
    const lines = (step: number): string => repeated(30_000, (index) => `${(index * index * step) % 11}\n`);
    expect(textHunks({ base: lines(1), current: lines(2), incoming: lines(3) })).toBeUndefined();
  });

  it('in certificates that begin and never end', () => {
    const begun = (name: string): string => repeated(20_000, () => `-----BEGIN ${name}-----\n`);
    const text = `${begun('X')}a\n`;
    expect(
      textHunks({ base: text, current: `first\n${text}`, incoming: `${text}last\n` })?.filter(
        ({ by }) => by === 'asked',
      ),
    ).toHaveLength(2);
  });

  it('not in what no ConfigMap can hold', () => {
    const long = 'a'.repeat(1_100_000);
    expect(
      textHunks({ base: `x\n${long}\ny\n`, current: `1\n${long}\ny\n`, incoming: `2\n${long}\nz\n` }),
    ).toBeUndefined();
  });
});
