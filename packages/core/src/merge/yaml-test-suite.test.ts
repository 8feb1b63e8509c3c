import { describe, expect, it } from 'vitest';
import { isSealiftError } from '../errors/index.ts';
import { merge } from './merge.ts';
import { readSuite } from './testing/yaml-test-suite.ts';

/** Valid by its syntax; a mapping's keys must differ all the same (YAML 1.2.2, 3.2.1.1), and a key written twice is refused by name. */
const duplicateKeys = new Set(['2JQS']);

const suite = readSuite();
const valid = suite.filter(({ id, fail }) => !fail && !duplicateKeys.has(id));

function failureOf(text: string): { readonly code: string; readonly place: string | undefined } | undefined {
  try {
    merge({ base: text, current: text, incoming: text });
    return undefined;
  } catch (error) {
    if (isSealiftError(error)) return { code: error.code, place: error.place };
    throw error;
  }
}

describe.skipIf(suite.length === 0)('the YAML test suite', () => {
  it('is there', () => {
    expect(valid.length).toBeGreaterThan(300);
    expect(suite.length - valid.length).toBeGreaterThan(80);
  });

  it('of valid documents comes out of the merge byte for byte, and every step from one to another too', {
    timeout: 60_000,
  }, () => {
    const changed = valid.flatMap(({ id, yaml: base }, at) =>
      [0, 1, 7, 31].flatMap((step) => {
        const other = valid[(at + step) % valid.length]?.yaml ?? '';
        const texts = [
          merge({ base, current: base, incoming: other }).text,
          merge({ base, current: other, incoming: base }).text,
          merge({ base, current: other, incoming: other }).text,
        ];
        return texts.every((text) => text === other) ? [] : [{ id, other, texts }];
      }),
    );
    expect(changed).toEqual([]);
  });

  it('of invalid documents is refused with line and column', () => {
    const accepted = suite.filter(({ fail, yaml }) => {
      if (!fail) return false;
      const failure = failureOf(yaml);
      return failure === undefined || !/^base:\d+:\d+$/.test(failure.place ?? '');
    });
    expect(accepted).toEqual([]);
  });

  it('refuses keys written twice by name', () => {
    for (const { yaml } of suite.filter(({ id }) => duplicateKeys.has(id))) {
      expect(failureOf(yaml)).toMatchObject({ code: 'MERGE_KEY_DUPLICATE', place: 'base:2:1' });
    }
  });
});

/** The project's own cases of what such suites found. */
describe('a document', () => {
  it.each([
    ['whose key is a list at the margin', '---\n?\n- eu\n- west\n:\n- zone1\n'],
    ['whose key is a list, not at the margin', 'zones:\n  ? [eu, west]\n  : 1\n'],
    ['whose item is a mapping with a collection as key', '- ? sun: yellow\n  : moon: white\n- ? : x\n'],
    ['whose key is an alias', '&here place: &north up\n*north : *here\n'],
    ['that holds nothing, before another', '---\n---\na: 1\n'],
    ['that holds a comment only, before another', '---\n# later\n---\na: 1\n...\n'],
    ['with a directive of several versions', '%YAML 1.1 1.2\n---\na: 1\n'],
    ['with a directive for each document', '%YAML 1.2\n---\na: 1\n...\n%YAML 1.2\n---\nb: 1\n'],
    ['with two handles of tags', '%TAG !a! tag:a.example,2026:\n%TAG !b! tag:b.example,2026:\n---\na: !a!x 1\n'],
  ])('%s stays byte for byte', (_, text) => {
    expect(merge({ base: text, current: text, incoming: text }).text).toBe(text);
    expect(merge({ base: 'other: 1\n', current: 'other: 1\n', incoming: text }).text).toBe(text);
  });

  it.each([
    ['%YAML 1.2\n%YAML 1.2\n---\n', 'base:2:1', '%YAML'],
    ['%TAG !a! tag:a,2026:\n%TAG !a! tag:b,2026:\n---\na: 1\n', 'base:2:1', '%TAG !a!'],
    ['%YAML 1.2 and more\n---\n', 'base:1:1', 'exactly one part'],
  ])('with the directives of %j is refused with the place', (text, place, reason) => {
    expect(failureOf(text)).toMatchObject({ code: 'MERGE_YAML_INVALID', place });
    expect(() => merge({ base: text, current: text, incoming: text })).toThrow(reason);
  });

  it('with a collection as key is merged by it', () => {
    const text = (west: number, east: number) => `zones:\n  ? [eu, west]\n  : ${west}\n  ? [eu, east]\n  : ${east}\n`;
    const result = merge({ base: text(1, 1), current: text(2, 1), incoming: text(1, 3) });
    expect(result.text).toBe(text(2, 3));
    expect(result.conflicts).toEqual([]);
    expect(merge({ base: text(1, 1), current: text(2, 1), incoming: text(3, 1) }).conflicts).toMatchObject([
      { path: ['zones', '[eu, west]'] },
    ]);
  });

  it('with an alias as key is never given another key than was decided', () => {
    const text = (name: string, value: number) => `place: &here ${name}\n*here : ${value}\n`;
    const input = { base: text('north', 1), current: text('north', 2), incoming: text('south', 1) };
    const isLeftToAPerson = (): boolean => {
      try {
        return merge(input).conflicts.length > 0;
      } catch (error) {
        return isSealiftError(error, 'MERGE_ALIAS_UNSOUND');
      }
    };
    expect(isLeftToAPerson()).toBe(true);
    expect(merge({ ...input, incoming: input.base }).text).toBe(input.current);
  });
});
