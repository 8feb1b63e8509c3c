import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, parseVersion } from './version.ts';

/** Texts that look like versions often enough to collide, and any text at all. */
const versionText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^v?[0-2]{1,2}(\.0?[0-2]){0,3}([-+_.][0a.1-]{0,4})?(\+[0-1a]{0,3})?$/),
  fc.constantFrom('', 'v', '1.0.0', 'v1.0.0', '1.0', '1.0.0-', '1.0.0+', '1.0.0-0', '01.0.0', 'latest'),
);

describe('compareVersions', () => {
  it('orders versions of the field as people expect', () => {
    const ordered = [
      'latest',
      '0.30.0-5.5.2026',
      '0.30.0',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      'v1.8.7',
      'v1.12.0',
      '1.16.0',
      '1.17.880',
      '1.26.9',
      '1.26.10',
      '1.26.10+k3s1',
      '1.26.10+k3s2',
      '1.26.10+k3s10',
      '2.0.1-up.1',
      '2.0.1',
      '22.04',
      '22.04.1',
      '26.02.1',
      '26.04.4',
      '99999999999999999999.0.0',
      '99999999999999999999.0.1',
    ];
    expect(ordered.toReversed().toSorted(compareVersions)).toEqual(ordered);
  });

  it('is zero only for identical texts', () => {
    fc.assert(
      fc.property(versionText, versionText, (a, b) => (compareVersions(a, b) === 0) === (a === b)),
      { numRuns: 2000 },
    );
    for (const twin of ['v1.0.0', '1.0', '01.0.0', '1.0.0+build', '1.0.0_build']) {
      expect(compareVersions('1.0.0', twin)).not.toBe(0);
    }
  });

  it('is antisymmetric', () => {
    fc.assert(
      fc.property(
        versionText,
        versionText,
        (a, b) => Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a)) === 0,
      ),
      { numRuns: 2000 },
    );
  });

  it('is transitive', () => {
    fc.assert(
      fc.property(versionText, versionText, versionText, (a, b, c) => {
        const [low = '', middle = '', high = ''] = [a, b, c].toSorted(compareVersions);
        return (
          compareVersions(low, middle) <= 0 && compareVersions(middle, high) <= 0 && compareVersions(low, high) <= 0
        );
      }),
      { numRuns: 5000 },
    );
  });

  it('takes long hostile texts in linear time', () => {
    const long = `1.${'0'.repeat(2_000_000)}1-${'a.'.repeat(500_000)}`;
    const started = performance.now();
    expect(compareVersions(long, `${long}b`)).toBeLessThan(0);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('parseVersion', () => {
  it('takes a version apart', () => {
    expect(parseVersion('v1.26.10-rc.1+k3s1')).toEqual({
      text: 'v1.26.10-rc.1+k3s1',
      core: ['1', '26', '10'],
      prerelease: ['rc', '1'],
      build: 'k3s1',
    });
  });

  it('accepts what has no number', () => {
    expect(parseVersion('latest')).toMatchObject({ core: [], prerelease: [], build: undefined });
  });
});
