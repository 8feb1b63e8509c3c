import { describe, expect, it } from 'vitest';
import { readManifestDocuments } from './manifest-documents.ts';

const values = (text: string): readonly unknown[] => readManifestDocuments(text, 1000).map(({ value }) => value);

describe('a manifest', () => {
  it('is read as Kubernetes reads it', () => {
    // Each as `kubectl create --dry-run=client -o json` shows it.
    expect(values('{mode: 0644, on: 1}'.replace('on: 1', 'live: yes'))).toEqual([{ mode: 420, live: true }]);
    expect(values('{day: 2020-01-01, time: 12:30:45, date: 2001-12-14t21:59:43Z}')).toEqual([
      { day: '2020-01-01', time: '12:30:45', date: '2001-12-14t21:59:43Z' },
    ]);
    expect(values('a: &x {p: 1}\nb: {<<: *x, q: 2}')).toEqual([{ a: { p: 1 }, b: { p: 1, q: 2 } }]);
  });

  it('may hold documents without content', () => {
    expect(values('---\n# only words\n---\na: 1\n---\n---\nb: 2\n...\n')).toEqual([{ a: 1 }, { b: 2 }]);
    expect(values('')).toEqual([]);
  });

  it('tells the place in the whole text', () => {
    const [, second] = readManifestDocuments('a: 1\n---\nb:\n  - c\n', 1000);
    expect(second?.placeOf(['b', 0])).toBe(':4:5#/b/0');
  });

  it.each([
    ['a key twice in its second document', 'a: 1\n---\nb: 1\nb: 2', 'twice', ':4:1'],
    ['a mistake in its second document', 'a: 1\n---\n[', 'not YAML', ':3:2'],
    ['a prototype in its second document', 'a: 1\n---\n__proto__: 1', '__proto__', ':3:1'],
    ['a number that would become another', 'a: 9007199254740993', 'exactly', ':1:4#/a'],
    ['no number', 'a: [.nan]', 'exactly', ':1:5#/a/0'],
    ['bytes', 'a: !!binary aGk=', 'JSON', ':1:13#/a'],
    ['a set', 'a: !!set {p, q}', 'JSON', ':1:10#/a'],
    ['a key that is no text', 'yes: 1', 'key', ':1:1'],
  ])('with %s is refused', (_, text, reason, at) => {
    expect(() => values(text)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(reason) as string, at }),
    );
  });

  it('that is too long is refused', () => {
    expect(() => values(`a: ${'x'.repeat(1000)}`)).toThrow('longer than 1000');
  });
});
