import { describe, expect, it } from 'vitest';
import { merge } from './merge.ts';

const mergedText = (base: string, current: string, incoming: string): string => merge({ base, current, incoming }).text;

describe('a default that the site uncommented', () => {
  const base = 'a: 1\n\n# one\n# b: 1\n\n# two\n# c: 1\n\nz: 1\n';

  it('leaves no commented twin where the release rewords the comments around it', () => {
    const incoming = 'a: 1\n\n# one\n# +docs\n# b: 1\n\n# two\n# +docs\n# c: 1\n\nz: 1\n';
    expect(mergedText(base, base.replace('# c: 1', 'c: 1'), incoming)).toBe(incoming.replace('# c: 1', 'c: 1'));
    expect(mergedText(base, base.replace('# b: 1', 'b: 5'), incoming)).toBe(incoming.replace('# b: 1', 'b: 5'));
  });

  it('leaves none where the release changes the default', () => {
    const incoming = base.replace('# c: 1', '# c: 2');
    expect(mergedText(base, base.replace('# c: 1', 'c: 1'), incoming)).toBe(base.replace('# c: 1', 'c: 1'));
  });

  it('leaves none of a mapping of several lines, nor at the end of the text', () => {
    const commented = 'a: 1\n# limits\n# resources:\n#   cpu: 1\n';
    const site = 'a: 1\n# limits\nresources:\n  cpu: 2\n';
    const incoming = 'a: 1\n# limits of the pod\n# resources:\n#   cpu: 4\n';
    expect(mergedText(commented, site, incoming)).toBe('a: 1\n# limits of the pod\nresources:\n  cpu: 2\n');
  });

  it('stays as the site wrote it where the release left the comments', () => {
    const current = base.replace('# c: 1', '# ours\nc: 1');
    expect(mergedText(base, current, base.replace('a: 1', 'a: 2'))).toBe(current.replace('a: 1', 'a: 2'));
  });
});

describe('comments that stood above a key that the site removed', () => {
  const base = 'u:\n  ## mail\n  ##\n  mail: a\n  ## first\n  ##\n  first: b\n  ## last\n  last: c\n';

  it('are not the site’s: the release’s comments stand alone', () => {
    const current = base.replace('  mail: a\n', '');
    const incoming = base.replace('## mail', '## @param mail').replace('## first', '## @param first');
    expect(mergedText(base, current, incoming)).toBe('u:\n  ## @param first\n  ##\n  first: b\n  ## last\n  last: c\n');
  });

  it('are not at the end of a mapping', () => {
    const current = `${base.replace('  last: c\n', '')}  # a note of the site\n`;
    const incoming = `${base}  # the end\n`;
    const kept = base.replace('  ## last\n  last: c\n', '');
    expect(mergedText(base, current, incoming)).toBe(`${kept}  # the end\n  # a note of the site\n`);
  });

  it('stay where the release changed nothing there', () => {
    const current = base.replace('  mail: a\n', '');
    expect(mergedText(base, current, base.replace('c\n', 'd\n'))).toBe(current.replace('c\n', 'd\n'));
  });

  it('do not take the site’s own notes with them', () => {
    const current = base.replace('  mail: a\n  ## first\n', '  ## first\n  ## ours\n');
    const incoming = base.replace('## first\n  ##', '## @param first\n  ##');
    expect(mergedText(base, current, incoming)).toContain('  ## @param first\n  ## ours\n  ##\n  first: b\n');
  });
});

describe('comments that both sides changed', () => {
  it('are merged by line with base', () => {
    const base = '# one\n# two\n# three\na: 1\n';
    expect(mergedText(base, base.replace('one', 'ONE'), base.replace('three', 'THREE'))).toBe(
      '# ONE\n# two\n# THREE\na: 1\n',
    );
    expect(mergedText(base, base.replace('# two\n', '# two\n# ours\n'), base.replace('# two', '# zwei'))).toBe(
      '# one\n# zwei\n# ours\n# three\na: 1\n',
    );
  });
});
