import type { Review } from '@sealift/core/api';
import { type RefObject, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useLock } from '../../../api/platform.ts';
import { useLayerTexts } from '../../../api/review.ts';
import { useSession } from '../../../api/session.ts';
import { assembledSource, useHunkAnswers } from './hunks/use-hunk-answers.ts';
import { useKeptHunks } from './hunks/use-kept-hunks.ts';
import { useRowHunks } from './hunks/use-row-hunks.ts';
import { type ReviewKey, useReviewKeys } from './review-keys.ts';
import {
  countSettled,
  isSettled,
  lastAnsweredBy,
  nextOpen,
  type Resolution,
  type ReviewRow,
  reviewRows,
  rowsAlike,
} from './review-rows.ts';
import { answerWord } from './row-words.ts';
import { filterRows, type RowFilter } from './search-rows.ts';
import { groupKey, groups, imagesKey, openedAtFirst, opensTo, toggled, treeItems } from './tree-items.ts';
import { type Change, useAnswers } from './use-answers.ts';
import type { ReviewAddressState } from './use-review-address.ts';

const handEdited = 'A text edited by hand is used for this layer; go back to the merge first';

/** What was done last, to be taken back: answers, or a hunk of a row that is still open. */
interface Done {
  readonly changes: readonly Change[];
  readonly of?: ReviewRow | undefined;
  readonly undoHunk?: (() => void) | undefined;
}

/** Where the review stands: in the address, on the page, and whether it is what one looks at. */
interface ReviewPlace {
  readonly address: ReviewAddressState;
  readonly isActive: boolean;
  readonly container: RefObject<HTMLDivElement | null>;
  readonly searchField: RefObject<HTMLInputElement | null>;
}

/** What the change review is at, and what can be done in it. */
export function useChangeReview(
  upgradeId: string,
  review: Review,
  { address, isActive, container, searchField }: ReviewPlace,
) {
  const answers = useAnswers(upgradeId);
  const { filter, setRow } = address;
  const rows = useMemo(() => reviewRows(review, answers.pending), [review, answers.pending]);
  const sought = useDeferredValue(filter);
  const found = useMemo(() => filterRows(rows, sought), [rows, sought]);
  const isSearching = sought.search.trim() !== '';
  const [chosenOpened, setOpened] = useState(() => opensTo(rows, openedAtFirst, address.row ?? ''));
  // What is searched for is to be seen wherever it is found.
  const opened = useMemo(
    () =>
      isSearching
        ? [...groups.map(groupKey), imagesKey].reduce((now, key) => toggled(now, key, true), chosenOpened)
        : chosenOpened,
    [chosenOpened, isSearching],
  );
  const items = useMemo(() => treeItems(found, opened), [found, opened]);
  const [line, setLine] = useState<string>();
  const isThere = (key: string | undefined): boolean =>
    items.some((item) => item.key === key) || found.some((one) => one.key === key);
  const lineAt = [line, address.row].find(isThere) ?? (nextOpen(found, undefined) ?? found[0])?.key;
  // Beside a group's own line the decision stays that one was at.
  const row = found.find(({ key }) => key === lineAt) ?? found.find(({ key }) => key === address.row);
  const alike = useMemo(() => (row === undefined ? [] : rowsAlike(row, rows)), [row, rows]);
  const [isAlikeOn, setAlikeOn] = useState(false);
  /** What is written: a value of one's own for the row, or lines for its hunk. */
  const [edited, setEdited] = useState<'value' | 'hunk'>();
  const [said, setSaid] = useState('');
  const [dialog, setDialog] = useState<'keys' | 'earlier'>();
  // Who comes back, or opens what somebody sent, goes on at the line that the address names.
  const wantsFocus = useRef(isActive && address.row !== undefined);
  const done = useRef<Done[]>([]);
  const lock = useLock();
  const author = useSession().data?.username;
  const texts = useLayerTexts(upgradeId, row?.layer.id);
  const kept = useKeptHunks(upgradeId);
  const hunks = useRowHunks(kept, row, texts.data);
  const assembled = useMemo(() => (edited === 'value' ? assembledSource(hunks) : undefined), [edited, hunks]);
  const earlier = rows.filter(({ offer, isPending }) => offer !== undefined && !isPending);
  const count = countSettled(rows);

  useEffect(() => {
    if (!wantsFocus.current) return;
    const target = [...(container.current?.querySelectorAll<HTMLElement>('[data-key]') ?? [])].find(
      ({ dataset }) => dataset['key'] === lineAt,
    );
    if (target === undefined) return;
    wantsFocus.current = false;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: 'nearest' });
  });

  const cannotAnswer = ({ layer }: ReviewRow): string | undefined => (layer.pasted === null ? undefined : handEdited);

  const go = (key: string): void => {
    wantsFocus.current = true;
    setLine(key);
    if (key !== lineAt) {
      setEdited(undefined);
      setAlikeOn(false);
    }
    if (rows.some((one) => one.key === key)) {
      setRow(key);
      setOpened(opensTo(found, chosenOpened, key));
    }
  };

  const give = (changes: readonly Change[], words: string, undoHunk?: () => void): void => {
    done.current.push({ changes: changes.map((change) => ({ ...change, to: before(rows, change) })), undoHunk });
    answers.give(changes);
    const keys = new Set(changes.map((change) => change.row.key));
    const from = found.findIndex(({ key }) => key === lineAt) + 1;
    const next = [...found.slice(from), ...found.slice(0, from)].find((one) => one.isOpen && !keys.has(one.key));
    const settled = count.settled + changes.filter(({ row: of, to }) => to !== null && isOpenRow(rows, of.key)).length;
    setSaid(
      `${words}. ${settled} of ${count.all} settled.${next === undefined ? ' Nothing is open.' : ` Next: ${next.path}`}`,
    );
    if (next === undefined) wantsFocus.current = true;
    else go(next.key);
    setEdited(undefined);
    setAlikeOn(false);
  };

  const answer = (of: ReviewRow, to: Resolution | null, undoHunk?: () => void): void => {
    const refused = lock ?? cannotAnswer(of);
    if (refused !== undefined) return setSaid(refused);
    if (to === null) {
      done.current.push({ changes: [{ row: of, to: of.answer ?? null }] });
      answers.give([{ row: of, to }]);
      setSaid(`${of.path} is open again.`);
      wantsFocus.current = true;
      return;
    }
    const also = isAlikeOn ? alike.filter((one) => cannotAnswer(one) === undefined) : [];
    const changes = [of, ...also].map((one) => ({ row: one, to: { ...to, path: [...one.decision.path] } }));
    const more = also.length === 0 ? '' : ` and ${also.length} like it`;
    give(changes, `${of.path}${more}: ${answerWord(to)}`, undoHunk);
  };

  const hunkAnswers = useHunkAnswers({
    row,
    hunks,
    refusal: row === undefined ? undefined : (lock ?? cannotAnswer(row)),
    say: (words) => {
      setSaid(words);
      if (edited === 'hunk') edit(undefined);
    },
    undoBy: (undoHunk) => void (row !== undefined && done.current.push({ changes: [], of: row, undoHunk })),
    answer,
  });

  const edit = (what: typeof edited): void => {
    setEdited(what);
    // Out of the field, back to the row.
    if (what === undefined) wantsFocus.current = true;
  };

  /** What was decided before the page was loaded: the row one is at, else one's own last answer. */
  const openAgain = (): void => {
    const isHunked = row?.key === lineAt && hunks.kind === 'hunks' && hunks.latest !== undefined;
    if (isHunked) return hunkAnswers.openAgain();
    const settled = row !== undefined && row.key === lineAt && isSettled(row) ? row : lastAnsweredBy(rows, author);
    if (settled === undefined) return setSaid('There is nothing to undo.');
    answer(settled, null);
    go(settled.key);
  };

  const undo = (): void => {
    const last = done.current.pop();
    if (last === undefined) return openAgain();
    const { changes, of, undoHunk } = last;
    undoHunk?.();
    if (changes.length > 0) answers.give(changes);
    const paths = changes.map((change) => change.row.path);
    setSaid(`Undone: ${of === undefined ? paths.join(', ') : `a hunk of ${of.path}`}`);
    const key = of?.key ?? changes[0]?.row.key;
    if (key !== undefined) go(key);
  };

  const useEarlier = (): void => {
    setDialog(undefined);
    const changes = earlier.flatMap((one) => (one.offer === undefined ? [] : [{ row: one, to: one.offer.resolution }]));
    if (changes.length > 0) give(changes, `${changes.length} earlier choices used`);
  };

  const step = (by: number): void => {
    const at = items.findIndex(({ key }) => key === lineAt);
    const next = items[Math.max(0, Math.min(items.length - 1, at + by))];
    if (next !== undefined) go(next.key);
  };

  /** The next open hunk of the row; from the top again where no other row is open. */
  const goToOpenHunk = (): boolean => {
    if (hunks.kind !== 'hunks' || row === undefined || row.key !== lineAt) return false;
    const { open, at, all } = hunks;
    const isOnly = nextOpen(found, lineAt)?.key === lineAt;
    const next = open.find((index) => index > at) ?? (isOnly ? open[0] : undefined);
    if (next === undefined) return false;
    hunks.goTo(next);
    setSaid(`Hunk ${all.indexOf(next) + 1} of ${all.length}`);
    return true;
  };

  const onKey = (key: ReviewKey): void => {
    const isConflict = row?.key === lineAt && row?.decision.kind === 'conflict';
    if (key === 'j') step(1);
    if (key === 'k') step(-1);
    if (key === 'n' && !goToOpenHunk()) {
      const next = nextOpen(found, lineAt);
      if (next === undefined) setSaid('Nothing is open.');
      else go(next.key);
    }
    if (key === 'u') undo();
    if (key === '/') searchField.current?.focus();
    if (key === '?') setDialog('keys');
    if (!isConflict && 'ciea'.includes(key))
      setSaid('Here is nothing to decide: both sides agree, or only one changed it.');
    if (!isConflict) return;
    // What the texts show decides what these keys are for.
    if (hunks.kind === 'reading' && 'cie'.includes(key)) return setSaid('The text is still being read.');
    if (hunks.kind === 'hunks' && (key === 'c' || key === 'i')) {
      return hunkAnswers.choose(key === 'c' ? 'current' : 'incoming');
    }
    if (key === 'c') answer(row, { path: row.decision.path, take: 'current' });
    if (key === 'i') answer(row, { path: row.decision.path, take: 'incoming' });
    if (key === 'a' && alike.length > 0) {
      setAlikeOn(!isAlikeOn);
      setSaid(
        isAlikeOn
          ? 'Only for this one.'
          : `The same for ${alike.length} others: ${alike.map(({ path }) => path).join(', ')}`,
      );
    }
    if (key === 'e') {
      const refused = lock ?? cannotAnswer(row);
      if (refused === undefined) setEdited(hunks.kind === 'hunks' ? 'hunk' : 'value');
      else setSaid(refused);
    }
  };
  const keys = useReviewKeys(isActive, onKey);

  return {
    rows,
    found,
    items,
    opened,
    setOpened,
    row,
    lineAt,
    filter,
    setFilter: (wanted: RowFilter): void => {
      address.setFilter(wanted);
      setLine(undefined);
    },
    answers,
    alike,
    isAlikeOn,
    setAlikeOn,
    texts,
    hunks,
    hunksSettledOf: kept.countOf,
    assembled,
    hunkAnswers,
    edited,
    edit,
    said,
    dialog,
    setDialog,
    count,
    earlier,
    useEarlier,
    keys,
    go,
    answer,
    cannotAnswer,
  };
}

function before(rows: readonly ReviewRow[], { row }: Change): Resolution | null {
  return rows.find(({ key }) => key === row.key)?.answer ?? null;
}

function isOpenRow(rows: readonly ReviewRow[], key: string): boolean {
  return rows.some((one) => one.key === key && one.isOpen);
}
