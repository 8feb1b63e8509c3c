import { describe, expect, it } from 'vitest';
import { replacements } from './replacements.ts';

const of = (base: string, side: string, other = '') =>
  [...replacements(base.split(''), side.split(''), new Set(other))].map(([key, { put, offset }]) => [
    key,
    put.join(''),
    offset,
  ]);

describe('items that a side replaced', () => {
  it('are those that it removed where it put others', () => {
    expect(of('abc', 'axc')).toEqual([['b', 'x', 0]]);
    expect(of('abcd', 'axyd')).toEqual([
      ['b', 'xy', 0],
      ['c', 'xy', 1],
    ]);
    expect(of('abc', 'abxc')).toEqual([]);
    expect(of('abc', 'ac')).toEqual([]);
    expect(of('abc', 'abc')).toEqual([]);
  });

  it('are so by either neighbour, where the side moved the other one away', () => {
    expect(of('abc', 'cxb')).toEqual([['a', 'x', 0]]);
  });

  it('are none where the other side put the same there', () => {
    expect(of('abc', 'axc', 'axc')).toEqual([]);
    expect(of('abc', 'axyc', 'axc')).toEqual([]);
  });
});
