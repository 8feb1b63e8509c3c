import { describe, expect, it } from 'vitest';
import { merge } from './merge.ts';

const three = (base: string, current: string, incoming: string) => merge({ base, current, incoming });

describe('a list or mapping in flow style that holds comments', () => {
  const list = 'l: [\n  a, # one\n  b,\n]\nz: 1\n';

  it('is merged item by item, as without them', () => {
    const current = list.replace('  b,\n', '  b,\n  s,\n');
    const incoming = list.replace('  a,', '  r,\n  a,');
    expect(three(list, current, incoming)).toMatchObject({
      clean: true,
      text: 'l: [\n  r,\n  a, # one\n  b,\n  s,\n]\nz: 1\n',
    });
  });

  it('keeps notes and comment lines by the rule for texts', () => {
    const base = 'm: {\n    # on a\n    a: 1, # one\n    b: {x: 1},\n    c: 3 # three\n  }\n';
    const current = base.replace('a: 1', 'a: 2').replace('# three', '# ours');
    const incoming = base.replace('# on a', '# on A').replace('# one', '# uno').replace('x: 1', 'x: 1, y: 2');
    expect(three(base, current, incoming)).toMatchObject({
      clean: true,
      text: 'm: {\n    # on A\n    a: 2, # uno\n    b: {x: 1, y: 2},\n    c: 3 # ours\n  }\n',
    });
  });

  it('keeps the release’s new ones where the site writes the list in block style', () => {
    const current = 'l:\n  - a\n  - b\n  - s\nz: 1\n';
    const { clean, text } = three(list, current, list.replace('  a,', '  # new\n  r, # first\n  a,'));
    expect(clean).toBe(true);
    expect(text).toBe('l:\n  # new\n  - r # first\n  - a\n  - b\n  - s\nz: 1\n');
  });

  it('is one conflict where a comment stands elsewhere', () => {
    const base = 'l: [ # here\n  a, b]\n';
    expect(three(base, base.replace('a,', 's,'), base.replace('b]', 'r]')).conflicts.map(({ path }) => path)).toEqual([
      ['l'],
    ]);
  });

  it.each([list, list.replaceAll('\n', '\r\n'), 'l: [a, # one\n  b]\n', 'l: {\n  a: # one\n    1,\n}\n'])(
    'stays byte for byte where one side left %j',
    (base) => {
      const other = base.replace(/\ba\b/, 'x');
      expect(three(base, base, other).text).toBe(other);
      expect(three(base, other, base).text).toBe(other);
    },
  );

  it('loses an entry that the release moved out of it, with its comma and note', () => {
    const base = 'old: {\n  a: 1, # one\n  b: 2\n}\n';
    const migrations = [{ pack: 'p', move: { from: '/old/a', to: '/a' } }];
    const input = { base, current: base.replace('1', '5'), incoming: 'a: 1\nold: {\n  b: 2\n}\n', migrations };
    expect(merge(input)).toMatchObject({ clean: true, text: 'a: 5\nold: {\n  b: 2\n}\n' });
    const inline = { ...input, base: 'old: {a: 1, b: 2}\n', current: 'old: {a: 5, b: 2}\n' };
    expect(merge({ ...inline, incoming: 'a: 1\nold: {b: 2}\n' }).text).toBe('a: 5\nold: {b: 2}\n');
  });
});
