import { describe, expect, it } from 'vitest';
import { digestOf, isDigest, parseDigest } from './digest.ts';

const hex = 'a1'.repeat(32);

describe('a digest', () => {
  it('is sha256: and 64 lower-case hex digits', () => {
    expect(isDigest(`sha256:${hex}`)).toBe(true);
    expect(parseDigest(digestOf('x'))).toBe(digestOf(Buffer.from('x')));
  });

  it.each([
    `sha256:${hex.toUpperCase()}`,
    `sha256:${hex}0`,
    `sha256:${hex}/../x`,
    `sha256:${hex}\n`,
    `sha256:${hex.slice(1)}`,
    ` sha256:${hex}`,
    `sha512:${hex}${hex}`,
    hex,
    '',
  ])('is not %j', (text) => {
    expect(isDigest(text)).toBe(false);
    expect(() => parseDigest(text)).toThrow('expected sha256:');
  });
});
