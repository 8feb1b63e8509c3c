import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DocumentError } from './document-error.ts';
import { readYamlDocument } from './yaml-document.ts';

function refusal(text: string): DocumentError {
  try {
    readYamlDocument(text, 1_000_000);
  } catch (error) {
    if (error instanceof DocumentError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const bomb = `a: &a [x, x, x, x, x, x, x, x, x, x]
${'bcdefghi'
  .split('')
  .map((name, index) => `${name}: &${name} [${`*${'abcdefgh'.charAt(index)}, `.repeat(5)}]`)
  .join('\n')}
`;

describe('readYamlDocument', () => {
  it('reads values and knows their places', () => {
    const { value, placeOf } = readYamlDocument('a:\n  - b: 1\n  - c/d: &x yes\n    e: *x\n', 1000);
    expect(value).toEqual({ a: [{ b: 1 }, { 'c/d': 'yes', e: 'yes' }] });
    expect(placeOf(['a', 1, 'c/d'])).toBe(':3:13#/a/1/c~1d');
    expect(placeOf(['a', 1, 'absent', 'deeper'])).toBe(':3:5#/a/1/absent/deeper');
    expect(placeOf([])).toBe(':1:1');
  });

  it.each([
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', ':3:1', 'twice'],
    ['a duplicate key in a flow mapping', 'x: {a: 1, "a": 2}\n', ':1:11', 'twice'],
    ['a second document', 'a: 1\n---\nb: 1\n', ':2:1', 'second'],
    ['a syntax error', 'a: [1\nb: 2\n', ':2:1', 'not YAML'],
    ['a tab as indentation', 'a:\n\tb: 1\n', ':2:1', 'not YAML'],
    ['a __proto__ key', 'a:\n  __proto__: 1\n', ':2:3', '__proto__'],
    ['a key that is no text', '? [a]\n: 1\n', ':1:3', 'text'],
    ['a number as key', '1: 1\n', ':1:1', 'text'],
    ['an unknown tag', 'a: !!js/function x\n', ':1:4', 'tag'],
    ['an alias without anchor', 'a: *b\n', ':1:4', 'alias'],
    ['an alias to what holds it', 'a: &a\n  - [*a]\n', ':2:6', 'alias'],
    ['more aliases than a person writes', bomb, '', 'alias'],
  ])('refuses %s with the line', (_, text, at, reason) => {
    const error = refusal(text);
    expect(error.message).toContain(reason);
    expect(error.at.slice(0, at.length)).toBe(at);
  });

  it('refuses a bomb of few aliases', () => {
    const few = bomb.split('\n').slice(0, 9).join('\n');
    expect(refusal(few).message).toMatch(/alias/i);
  });

  it('refuses deep nesting in every style', () => {
    for (const depth of [101, 10_000]) {
      expect(refusal(`${'['.repeat(depth)}${']'.repeat(depth)}`).message).toMatch(/deeper|not YAML/);
      expect(refusal(`${'- '.repeat(depth)}x`).message).toMatch(/deeper|not YAML/);
    }
  });

  it('takes many keys in about linear time', { timeout: 30_000 }, () => {
    const text = Array.from({ length: 50_000 }, (_, index) => `k${index}: 1`).join('\n');
    const started = performance.now();
    readYamlDocument(text, 1_000_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('answers or refuses any text, and never fails otherwise', { timeout: 30_000 }, () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-:?{}[\]&*!|>'"%@`#, \na1]{0,40}$/));
    fc.assert(
      fc.property(text, (source) => {
        try {
          readYamlDocument(source, 1000);
        } catch (error) {
          return error instanceof DocumentError;
        }
        return true;
      }),
      { numRuns: 500 },
    );
  });
});
