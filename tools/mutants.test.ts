import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mutants } from './mutants/all.ts';
import { applyMutant } from './mutants/mutant.ts';
import { truthMutants } from './mutants/truth.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('the mistakes that tests have to notice', () => {
  it.each([...mutants, ...truthMutants])('$file: $mistake', (mutant) => {
    const text = readFileSync(`${root}/${mutant.file}`, 'utf8');
    expect(applyMutant(mutant, text)).not.toBe(text);
    expect(existsSync(`${root}/${mutant.test}`)).toBe(true);
  });

  it('are each another one', () => {
    const all = mutants.map(({ file, from, to }) => `${file}\n${from}\n${to}`);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each([
    ['nowhere', 'absent', 'x'],
    ['twice', 'b', 'x'],
    ['to itself', 'a', 'a'],
  ])('stand in their file once, not %s', (_, from, to) => {
    const mutant = { mistake: 'm', file: 'f', from, to, test: 't' };
    expect(() => applyMutant(mutant, 'a b b')).toThrow('f: ');
  });
});
