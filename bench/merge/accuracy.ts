import { parseAllDocuments } from 'yaml';
import { merge } from '../../packages/core/src/merge/index.ts';
import { corpusFolder, readCorpus, versionPairs } from '../../packages/core/src/merge/testing/corpus.ts';
import { customise, type EditKind, editKinds } from '../../packages/core/src/merge/testing/customise.ts';
import { diff3ByLine, GitMergeFile } from '../../packages/core/src/merge/testing/line-merge.ts';
import { Random } from '../../packages/core/src/merge/testing/random.ts';
import { type Expected, expectMerge, judge } from '../../packages/core/src/merge/testing/reference-merge.ts';
import { type Row, row } from '../row.ts';

const caseCount = 1150;
const mostEdits = 8;
const peers = ['git merge-file', 'node-diff3'] as const;

interface Tally {
  /** Cases without a true conflict that were reported as one. */
  falseConflicts: number;
  /** Results without a reported conflict that hold another value than they must, or are no YAML. */
  wrong: number;
}

/** False conflicts and wrong merges over cases from real pack versions; no rows where the packs are not there. */
export function accuracyRows(note: (text: string) => void): readonly Row[] {
  const folder = corpusFolder();
  if (folder === undefined) {
    note('skipped: false conflicts and wrong merges (no packs in ../shared/data/packs, and SEALIFT_CORPUS names none)');
    return [];
  }
  return [
    ...compare('changed scalars', ['change'], folder, note),
    ...compare('edits of every kind', editKinds, folder, note),
  ];
}

function compare(
  name: string,
  kinds: readonly EditKind[],
  folder: string,
  note: (text: string) => void,
): readonly Row[] {
  const pairs = versionPairs(readCorpus(folder));
  const random = new Random(20_261_123);
  const git = new GitMergeFile();
  const ours: Tally = { falseConflicts: 0, wrong: 0 };
  const theirs = peers.map((): Tally => ({ falseConflicts: 0, wrong: 0 }));
  let withoutConflict = 0;
  let trueConflicts = 0;
  try {
    for (let index = 0; index < caseCount; index += 1) {
      const [from, to] = pairs[index % pairs.length] ?? [];
      if (from === undefined || to === undefined) break;
      const current = customise(from.text, random, kinds, mostEdits);
      const expected = expectMerge(plain(from.text), plain(current), plain(to.text));
      const result = merge({ base: from.text, current, incoming: to.text });
      const conflicts = result.conflicts.map(({ path }) => path);
      // A block scalar merged by line is right, and the reference, which knows whole values only, cannot tell.
      const byLine = result.decisions
        .filter(({ reason }) => reason.includes('different lines'))
        .map(({ path }) => JSON.stringify(path));
      for (const complaint of judge(expected, plain(result.text), conflicts)) {
        if (byLine.some((path) => complaint.includes(path))) continue;
        if (complaint.startsWith('false')) ours.falseConflicts += 1;
        else {
          ours.wrong += 1;
          note(`${from.pack} to ${to.pack}: ${complaint}`);
        }
      }
      if (expected.conflicts.length > 0) trueConflicts += 1;
      // Lists that both changed may hold true conflicts of their own; there the peers are not judged.
      if (expected.conflicts.length > 0 || expected.lists.length > 0) continue;
      withoutConflict += 1;
      const merged = [git.merge(from.text, current, to.text), diff3ByLine(from.text, current, to.text)];
      for (const [at, tally] of theirs.entries()) tallyPeer(tally, merged[at] ?? { clean: true, text: '' }, expected);
    }
  } finally {
    git.close();
  }
  note(
    `${name}: ${caseCount} cases, ${trueConflicts} with a true conflict, ${withoutConflict} in which every conflict is false`,
  );
  return peers.flatMap((peerName, at) => {
    const percent = (count: number): number => Math.round((count / withoutConflict) * 1000) / 10;
    const peer = theirs[at] ?? { falseConflicts: 0, wrong: 0 };
    return [
      row(`false conflicts, ${name}`, '%', percent(ours.falseConflicts), percent(peer.falseConflicts), peerName),
      row(`wrong merges, ${name}`, 'cases', ours.wrong, peer.wrong, peerName),
    ];
  });
}

function tallyPeer(tally: Tally, { clean, text }: { clean: boolean; text: string }, expected: Expected): void {
  if (!clean) tally.falseConflicts += 1;
  else if (parseAllDocuments(text).some(({ errors }) => errors.length > 0)) tally.wrong += 1;
  else if (judge(expected, plain(text), []).length > 0) tally.wrong += 1;
}

function plain(text: string): unknown {
  return parseAllDocuments(text).map((document): unknown => document.toJS())[0] ?? null;
}
