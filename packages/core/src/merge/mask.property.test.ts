import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSealiftError } from '../errors/index.ts';
import { maskDecisions, maskText } from './mask.ts';
import { merge } from './merge.ts';
import { pathText } from './path-text.ts';
import { argumentMark, plainMark, secretMark, secretSnippets, writeSnippet } from './testing/secret-texts.ts';
import type { MergeInput, MergeResult } from './types.ts';

/** For each slot its snippet and the version that each text has of it; -1 where it is not there. */
const version = fc.constantFrom(-1, 0, 0, 1, 2);
const slot = fc.record({
  snippet: fc.nat({ max: secretSnippets.length - 1 }),
  base: version,
  current: version,
  incoming: version,
});
const slots = fc.array(slot, { minLength: 1, maxLength: 6 });
type Slots = readonly { snippet: number; base: number; current: number; incoming: number }[];

function textOf(chosen: Slots, side: 'base' | 'current' | 'incoming', start: string): string {
  const parts = chosen.map((one, at) => (one[side] === -1 ? '' : writeSnippet(at, one.snippet, one[side])));
  return `${start}${parts.join('')}end: 1\n`;
}

const inputs = fc.tuple(slots, fc.constantFrom('', '# head\n\n', 'doc: 1\n---\n')).map(([chosen, start]) => ({
  base: textOf(chosen, 'base', start),
  current: textOf(chosen, 'current', start),
  incoming: textOf(chosen, 'incoming', start),
}));

/** The merge, or undefined where it refuses the texts; then its refusal tells no secret. */
function tryMerge(input: MergeInput): MergeResult | undefined {
  try {
    return merge(input);
  } catch (error) {
    if (!isSealiftError(error)) throw error;
    expect(error.message).not.toContain(secretMark);
    return undefined;
  }
}

const marksIn = (text: string, mark: string): readonly string[] =>
  (text.match(new RegExp(`${mark}\\d*`, 'g')) ?? []).toSorted();

describe('whatever is merged', { timeout: 120_000 }, () => {
  it('no secret is in a decision, a conflict or a text that is shown, and all else is', () => {
    let masked = 0;
    fc.assert(
      fc.property(inputs, (input) => {
        const result = tryMerge(input);
        if (result === undefined) return;
        for (const text of [input.base, input.current, input.incoming, result.text]) {
          const shown = maskText(text);
          expect(shown).not.toContain(secretMark);
          expect(marksIn(shown, plainMark)).toEqual(marksIn(text, plainMark));
        }
        const decisions = maskDecisions(result.decisions, input);
        for (const text of [input.base, input.current, input.incoming]) {
          expect(maskText(text)).not.toContain(argumentMark);
        }
        const written = JSON.stringify([decisions, decisions.map(({ path }) => pathText(path))]);
        expect(written).not.toContain(secretMark);
        expect(written).not.toContain(argumentMark);
        const all = JSON.stringify(result.decisions);
        // Where an alias makes it a secret, a whole mapping is hidden.
        if (!all.includes('anchor'))
          expect(marksIn(JSON.stringify(decisions), plainMark)).toEqual(marksIn(all, plainMark));
        masked += decisions.filter((decision) => decision.masked === true).length;
      }),
      { numRuns: 400 },
    );
    expect(masked).toBeGreaterThan(400);
  });

  it('no secret is in what a migration moved', () => {
    fc.assert(
      fc.property(slots, (chosen) => {
        const input = {
          base: textOf(chosen, 'base', ''),
          current: textOf(chosen, 'current', ''),
          incoming: textOf(chosen, 'incoming', '').replace(/^k0:/m, 'moved:'),
          migrations: [{ pack: 'x', move: { from: '/k0', to: '/moved' } }],
        };
        const result = tryMerge(input);
        if (result === undefined) return;
        expect(JSON.stringify(maskDecisions(result.decisions, input))).not.toContain(secretMark);
      }),
      { numRuns: 200 },
    );
  });

  it('no secret is in the refusal of a text that was damaged', () => {
    let refused = 0;
    const damage = fc.constantFrom('[', '\t', '"', '}', '- - x', ' x: [', '%', '@', '*a');
    fc.assert(
      fc.property(inputs, damage, fc.nat(), (input, put, where) => {
        // What an alias makes a secret cannot be told where the text cannot be read.
        if (input.current.includes('anchor')) return;
        const lines = input.current.split('\n');
        const line = where % lines.length;
        const damaged = where % 2 === 0 ? `${put}\n${lines[line]}` : `${lines[line]}${put}`;
        const current = lines.with(line, damaged).join('\n');
        if (tryMerge({ ...input, current }) === undefined) refused += 1;
        expect(maskText(input.current)).not.toContain(secretMark);
      }),
      { numRuns: 600 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});
