import { describe, expect, it } from 'vitest';
import { merge } from './merge.ts';
import { pathText } from './path-text.ts';
import type { MergeInput, Resolution } from './types.ts';

const conflictsOf = (input: MergeInput): readonly string[] => merge(input).conflicts.map(({ path }) => pathText(path));
const settle = (input: MergeInput, ...resolutions: readonly Resolution[]) => merge({ ...input, resolutions });

describe('an alias whose anchored value the site customised', () => {
  const input = {
    base: 'settings:\n  class: ~\nmanager:\n  class: ~\n',
    current: 'settings:\n  class: site-high\nmanager:\n  class: ~\n',
    incoming: 'settings:\n  class: &pc "critical"\nmanager:\n  class: *pc\n',
  };
  const settings = { path: ['settings', 'class'], take: 'current' as const };

  it('is a conflict beside that of the value', () => {
    expect(conflictsOf(input)).toEqual(['settings.class', 'manager.class']);
  });

  it('is written out when it is taken without its anchor', () => {
    const { clean, text } = settle(input, settings, { path: ['manager', 'class'], take: 'incoming' });
    expect(clean).toBe(true);
    expect(text).toBe('settings:\n  class: site-high\nmanager:\n  class: "critical"\n');
  });

  it('stays an alias when its anchor is taken too', () => {
    const both = [
      ['settings', 'class'],
      ['manager', 'class'],
    ].map((path) => ({ path, take: 'incoming' as const }));
    expect(settle(input, ...both).text).toBe(input.incoming);
  });

  it('may be given as a value: the anchor stays on the customised value', () => {
    const { clean, text } = settle(input, settings, { path: ['manager', 'class'], value: '*pc' });
    expect(clean).toBe(true);
    expect(text).toBe('settings:\n  class: &pc site-high\nmanager:\n  class: *pc\n');
  });

  it('is refused as a value when nothing in the merged text has the anchor', () => {
    const given = { path: ['manager', 'class'], value: '*nowhere' };
    expect(() => settle(input, settings, given)).toThrow(/manager\.class.*no anchor &nowhere/);
  });
});

describe('an alias of a mapping that the site customised', () => {
  const input = {
    base: 'db:\n  enabled: false\nglobal:\n  name: app\n',
    current: 'db:\n  enabled: true\nglobal:\n  name: app\n',
    incoming: 'db: &db\n  enabled: false\nglobal:\n  name: app\n  db: *db\n',
  };

  it.each([
    ['incoming', { path: ['global', 'db'], take: 'incoming' as const }, '  db: {enabled: false}\n'],
    ['an alias of the result', { path: ['global', 'db'], value: '*db' }, '  db: *db\n'],
    ['current', { path: ['global', 'db'], take: 'current' as const }, ''],
  ])('can be settled by %s', (_, resolution, line) => {
    const { clean, text } = settle(input, resolution);
    expect(clean).toBe(true);
    expect(text).toBe(`db: &db\n  enabled: true\nglobal:\n  name: app\n${line}`);
  });
});

describe('keys that the release moved behind <<', () => {
  const input = {
    base: 'a:\n  x: 1\n  y: 2\nb:\n  x: 1\n  y: 3\n',
    current: 'a:\n  x: 9\n  y: 2\nb:\n  x: 1\n  y: 3\n',
    incoming: 'a: &a\n  x: 1\n  y: 2\nb:\n  <<: *a\n  y: 3\n',
  };

  it('are one conflict at the mapping where what is behind was customised', () => {
    const { conflicts } = merge(input);
    expect(conflicts.map(({ path }) => path)).toEqual([['b']]);
    expect(conflicts[0]?.incoming?.value).toEqual({ x: 1, y: 3 });
  });

  it.each(['current', 'incoming', 'base'] as const)('are written out by taking %s', (take) => {
    const { clean, text } = settle(input, { path: ['b'], take });
    expect(clean).toBe(true);
    expect(text).toBe('a: &a\n  x: 9\n  y: 2\nb:\n  x: 1\n  y: 3\n');
  });

  it('are the release’s where the site customised something else', () => {
    const current = input.base.replace('y: 3', 'y: 4');
    expect(merge({ ...input, current })).toMatchObject({ clean: true, text: input.incoming.replace('y: 3', 'y: 4') });
  });

  it('do not come back silently where the site removed them', () => {
    const current = 'a:\n  x: 1\n  y: 2\nb:\n  y: 3\n';
    const { clean, text } = merge({ ...input, current });
    expect(clean).toBe(true);
    expect(text).toBe('a: &a\n  x: 1\n  y: 2\nb:\n  y: 3\n');
  });
});

describe('an anchor', () => {
  it.each([
    ['that the site changed alike without it', 'a: 1\n', 'a: 2\n', 'a: &x 2\nc: *x\n', 'a: &x 2\nc: *x\n'],
    ['that the site put in quotes', 'a: v\n', 'a: "v"\n', 'a: &x v\nc: *x\n', 'a: &x "v"\nc: *x\n'],
  ])('stays on a value %s while something refers to it', (_, base, current, incoming, text) => {
    expect(merge({ base, current, incoming })).toMatchObject({ clean: true, text });
  });

  it('does not stay when nothing refers to it any more', () => {
    expect(merge({ base: 'a: 1\n', current: 'a: 2\n', incoming: 'a: &x 1\n' }).text).toBe('a: 2\n');
  });

  it('that the release removed leaves the value of the site’s alias written out, as a conflict', () => {
    const base = 'a: &x 1\nb: 1\n';
    const result = merge({ base, current: `${base}c: *x\n`, incoming: 'b: 1\n' });
    expect(result.conflicts.map(({ path }) => path)).toEqual([['c']]);
    expect(result.text).toBe('b: 1\nc: 1\n');
  });
});
