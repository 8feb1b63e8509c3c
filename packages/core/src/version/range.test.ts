import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSealiftError } from '../errors/sealift-error.ts';
import { parseRange, satisfies } from './range.ts';

describe('satisfies', () => {
  it.each([
    ['4.2.12', '>=4.2.0 <4.2.13', true],
    ['4.2.0', '>=4.2.0 <4.2.13', true],
    ['4.2.13', '>=4.2.0 <4.2.13', false],
    ['4.1.99', '>=4.2.0 <4.2.13', false],
    ['4.1.12', '4.1.12', true],
    ['v4.1.12', '4.1.12', true],
    ['4.1.13', '4.1.12', false],
    ['1.27.9', '>=1.26 <1.28', true],
    ['1.26.0', '>=1.26 <1.28', true],
    ['1.28.0', '>=1.26 <1.28', false],
    ['1.28.0-rc.1', '>=1.26 <1.28', false],
    ['1.27.4', '<=1.27', true],
    ['1.26.4', '>1.26', false],
    ['1.27.4', '1.27', true],
    ['1.30.1', '>=1.26 <1.28 || 1.30', true],
    ['1.29.1', '>=1.26 <1.28 || 1.30', false],
    ['1.26.10+k3s1', '1.26.10', true],
    ['1.26.10+k3s1', '1.26.10+k3s2', false],
    ['4.2.13-rc.1', '<4.2.13', true],
    ['4.2.5', '>= 4.2.0  < 4.2.13', true],
    ['latest', '>=0', false],
    ['', '>=0', false],
  ])('%s in %s: %s', (version, range, expected) => {
    expect(satisfies(version, range)).toBe(expected);
  });
});

describe('parseRange', () => {
  it.each([
    '',
    ' ',
    '||',
    '1.2.3 ||',
    '^1.2.3',
    '~1.2',
    '1.x',
    '*',
    '>=',
    '>= <',
    '1 - 2',
    'latest',
    '>=>=1',
    '1.2.3;',
  ])('refuses %j with the place', (text) => {
    let caught: unknown;
    try {
      parseRange(text, 'release.yaml:7');
    } catch (error) {
      caught = error;
    }
    expect(isSealiftError(caught, 'VERSION_RANGE_INVALID') && caught.place).toBe('release.yaml:7');
  });

  it('answers or refuses any text, and never fails otherwise', { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          parseRange(text);
        } catch (error) {
          return isSealiftError(error, 'VERSION_RANGE_INVALID');
        }
        return true;
      }),
    );
  });
});
