import { parseAllDocuments } from 'yaml';
import { afterAll, describe, expect, it } from 'vitest';
import { merge } from './merge.ts';
import { corpusFolder, readCorpus, versionPairs } from './testing/corpus.ts';
import { customise, type EditKind, editKinds, reorder, requoteAll, withoutComments } from './testing/customise.ts';
import { diff3ByLine, GitMergeFile } from './testing/line-merge.ts';
import { Random } from './testing/random.ts';
import { expectMerge, judge, same } from './testing/reference-merge.ts';

const folder = corpusFolder();
const files = folder === undefined ? [] : readCorpus(folder);
const pairs = versionPairs(files);
const plain = (text: string): unknown => parseAllDocuments(text).map((document): unknown => document.toJS())[0] ?? null;

describe.skipIf(folder === undefined)('real packs', () => {
  const git = new GitMergeFile();
  afterAll(() => git.close());

  it('are there', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(pairs.length).toBeGreaterThan(200);
  });

  const variants: readonly (readonly [string, (text: string) => string])[] = [
    ['as they are', (text) => text],
    ['with CRLF line endings', (text) => text.replaceAll('\r', '').replaceAll('\n', '\r\n')],
    ['with every string quoted', requoteAll],
    ['with their top-level keys in another order', reorder],
    ['without comment lines', withoutComments],
    ['without a final newline', (text) => text.trimEnd()],
    ['with a byte order mark', (text) => `\uFEFF${text}`],
  ];
  it.each(variants)(
    '%s come out byte for byte where only one side changed',
    (_, vary) => {
      for (const { pack, text } of files) {
        const other = vary(text);
        expect(merge({ base: text, current: text, incoming: other }).text, `${pack} incoming`).toBe(other);
        expect(merge({ base: text, current: other, incoming: text }).text, `${pack} current`).toBe(other);
      }
    },
    60_000,
  );

  it('of two versions come out byte for byte where only one side changed', () => {
    for (const [index, [from, to]] of pairs.entries()) {
      if (index % 6 !== 0) continue;
      const release = merge({ base: from.text, current: from.text, incoming: to.text });
      expect(release.text, `${from.pack} to ${to.pack}`).toBe(to.text);
      expect(release.clean).toBe(true);
      const site = merge({ base: from.text, current: to.text, incoming: from.text });
      expect(site.text, `${from.pack} customised to ${to.pack}`).toBe(to.text);
      expect(site.clean).toBe(true);
    }
  }, 180_000);

  const mixtures: readonly (readonly [string, readonly EditKind[]])[] = [
    ['changed scalars', ['change']],
    ['edits of every kind', editKinds],
    ['edits of lists', ['append item', 'remove item', 'change item']],
    ['comments and quotes', ['comment', 'trailing comment', 'requote']],
  ];
  it.each(mixtures)(
    'customised by %s are merged as an independent reference says',
    (_, kinds) => {
      const random = new Random(kinds.length);
      for (const [index, [from, to]] of pairs.entries()) {
        if (index % 6 !== 0) continue;
        const current = customise(from.text, random, kinds, 8);
        const result = merge({ base: from.text, current, incoming: to.text });
        const expected = expectMerge(plain(from.text), plain(current), plain(to.text));
        const complaints = judge(
          expected,
          plain(result.text),
          result.conflicts.map(({ path }) => path),
        );
        expect(complaints, `${from.pack} to ${to.pack}\n${current}`).toEqual([]);
      }
    },
    60_000,
  );

  it('are merged with the same meaning where git and node-diff3 merge them rightly', () => {
    const random = new Random(7);
    let compared = 0;
    for (const [index, [from, to]] of pairs.entries()) {
      if (index % 8 !== 0) continue;
      const current = customise(from.text, random, editKinds, 4);
      const expected = expectMerge(plain(from.text), plain(current), plain(to.text));
      if (expected.conflicts.length > 0 || expected.lists.length > 0) continue;
      const ours = merge({ base: from.text, current, incoming: to.text });
      for (const theirs of [git.merge(from.text, current, to.text), diff3ByLine(from.text, current, to.text)]) {
        if (!theirs.clean || parseAllDocuments(theirs.text).some(({ errors }) => errors.length > 0)) continue;
        if (!same(plain(theirs.text), expected.value)) continue;
        compared += 1;
        expect(ours.clean).toBe(true);
        expect(same(plain(ours.text), plain(theirs.text))).toBe(true);
      }
    }
    expect(compared).toBeGreaterThan(10);
  }, 180_000);
});
