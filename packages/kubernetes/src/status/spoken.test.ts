import { describe, expect, it } from 'vitest';
import { spoken } from './spoken.ts';

describe('text of the other side', () => {
  it.each([
    ['two\n lines\tand\u0000 more', 'two lines and more'],
    ['\u001b[31mred\u001b[0m', '[31mred [0m'],
    ['pull https://robot:s3cret@registry.site/v2/', 'pull https://***@registry.site/v2/'],
    ['DB_PASSWORD=hunter2 refused', 'DB_PASSWORD=*** refused'],
    ['"token": "abc", next', '"token": ***, next'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
    ['secret "web" not found', 'secret "web" not found'],
    ['MountVolume.SetUp failed for volume "token"', 'MountVolume.SetUp failed for volume "token"'],
  ])('%j is shown as %j', (text, shown) => {
    expect(spoken(text)).toBe(shown);
  });

  it('is bounded, and read in a moment however long it is', () => {
    expect(spoken('x'.repeat(10_000_000))).toHaveLength(500);
    expect(spoken('password='.repeat(1_000_000), 100).length).toBeLessThanOrEqual(100);
  });
});
