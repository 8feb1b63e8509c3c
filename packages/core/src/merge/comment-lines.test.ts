import { describe, expect, it } from 'vitest';
import { commentedKey, mergeCommentLines } from './comment-lines.ts';

describe('comment lines that both sides changed', () => {
  it('hold what each wrote, the release first, and not what the other side took out', () => {
    const base = ['# one', '# two'];
    expect(mergeCommentLines(base, ['# one of ours'], ['# one of theirs', '# two'])).toEqual([
      '# one of theirs',
      '# one of ours',
    ]);
    expect(mergeCommentLines(base, ['# one', '# two', '# ours'], ['# one', '# two', '# theirs'])).toEqual([
      '# one',
      '# two',
      '# theirs',
      '# ours',
    ]);
  });

  it('hold once what both wrote', () => {
    expect(mergeCommentLines(['# a'], ['# b'], ['# b'])).toEqual(['# b']);
    expect(mergeCommentLines(['# a'], ['# b', '# c'], ['# b', '# d'])).toEqual(['# b', '# d', '# c']);
  });

  it('hold a key that the site added in the place of its comment, with what the comment holds below it', () => {
    const base = ['# limits', '# resources:', '#   cpu: 1'];
    const current = ['# limits', '<resources>'];
    const incoming = ['# limits of a pod', '# resources:', '#   cpu: 2', '# end'];
    const markers = [{ line: '<resources>', key: 'resources' }];
    expect(mergeCommentLines(base, current, incoming, markers)).toEqual(['# limits of a pod', '<resources>', '# end']);
  });
});

describe('a setting in a comment', () => {
  it.each([
    ['# replicas: 3', 'replicas'],
    ['  ## "a b": 1', 'a b'],
    ["#'x': 1", 'x'],
    ['# a note: of two words', 'a note'],
    ['# see https://example.org', undefined],
    ['replicas: 3', undefined],
    ['# nothing', undefined],
  ])('of %j is %j', (line, key) => {
    expect(commentedKey(line)?.key).toBe(key);
  });
});
