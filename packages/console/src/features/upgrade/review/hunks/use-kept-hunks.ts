import type { HunkedText } from '@sealift/core/api';
import { type HunkChoice, type HunkChoices, type MergePath, pathKey } from '@sealift/core/merge';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { ProblemError } from '../../../../api/http.ts';
import { hunkedTextsKey, useHunkedTexts, useSendHunks } from '../../../../api/hunked-texts.ts';
import { useSession } from '../../../../api/session.ts';
import { type UnsavedHunks, unsavedHunks } from '../../../../api/typed-texts.ts';
import type { ReviewRow } from '../review-rows.ts';

/** What is settled of one long text. */
export interface KeptOfRow {
  /** By the index of their hunk. */
  readonly choices: HunkChoices;
  /** The hunk that was settled last; undefined where none is. */
  readonly latest: number | undefined;
  /** How many were settled of another text than is there now, and count no more. */
  readonly dropped: number;
  /** How many wait to be saved. */
  readonly unsaved: number;
  /** Why what was settled last is not saved. */
  readonly trouble: unknown;
}

/** The settled hunks of an upgrade. */
export interface KeptHunks {
  /** What was settled is known, or that it cannot be read. */
  readonly isRead: boolean;
  readonly of: (row: ReviewRow) => KeptOfRow;
  /** How many hunks of a row are settled, of how many; undefined where none is. */
  readonly countOf: (row: ReviewRow) => string | undefined;
  /** Settles a hunk, or opens it again, of so many; and saves that. */
  readonly set: (row: ReviewRow, of: number, index: number, choice: HunkChoice | undefined) => void;
}

const none: ReadonlyMap<string, UnsavedHunks> = new Map();
const nothing: readonly HunkedText[] = [];
const unsettled: HunkChoices = new Map();
const subscribe = (listener: () => void) => unsavedHunks.subscribe(listener);

/**
 * Hunks that were settled of texts that are still open: with the draft on the server, so that they outlive the window; and what waits to be saved
 * there, in memory. What somebody else settled of a text meanwhile is shown, and not written over.
 */
export function useKeptHunks(upgradeId: string): KeptHunks {
  const author = useSession().data?.username ?? '';
  const client = useQueryClient();
  const { data: saved = nothing, dataUpdatedAt, isLoading } = useHunkedTexts(upgradeId);
  const { mutateAsync: send } = useSendHunks(upgradeId);
  const unsaved = useSyncExternalStore(subscribe, () => unsavedHunks.get(author, upgradeId) ?? none);
  const [trouble, setTrouble] = useState<{ readonly key: string; readonly error: unknown }>();
  const running = useRef(new Set<string>());

  const waiting = (key: string) => unsavedHunks.get(author, upgradeId)?.get(key);
  const keep = (key: string, text: UnsavedHunks | undefined): void => {
    const all = new Map(unsavedHunks.get(author, upgradeId));
    if (text === undefined || text.choices.size === 0) all.delete(key);
    else all.set(key, text);
    unsavedHunks.set(author, upgradeId, all);
  };

  /** One request of a text at a time: each names what the one before came to. */
  const save = async (key: string): Promise<void> => {
    if (running.current.has(key)) return;
    running.current.add(key);
    const queryKey = hunkedTextsKey(upgradeId);
    try {
      for (let text = waiting(key); text !== undefined; text = waiting(key)) {
        const known = client.getQueryData<HunkedText[]>(queryKey) ?? [];
        const revision = known.find(isAbout(text))?.revision ?? 0;
        const answer = await send({ layer: text.layer, revision, hunks: requestOf(text) });
        // A look that began before would bring back what was.
        await client.cancelQueries({ queryKey });
        client.setQueryData<HunkedText[]>(queryKey, (all = []) => [
          ...all.filter((one) => !isAbout(answer)(one)),
          answer,
        ]);
        keep(key, without(waiting(key), text));
      }
      setTrouble(undefined);
    } catch (error) {
      setTrouble({ key, error });
      // It was settled by what is not there any more.
      if (!isChanged(error)) return;
      keep(key, undefined);
      await client.invalidateQueries({ queryKey: ['upgrade', upgradeId] });
    } finally {
      running.current.delete(key);
    }
  };

  const saving = useRef(save);
  useEffect(() => {
    saving.current = save;
  });
  // What waits since a session ended, or a server went away, is saved once it answers again.
  useEffect(() => {
    if (dataUpdatedAt > 0)
      for (const key of unsavedHunks.get(author, upgradeId)?.keys() ?? []) void saving.current(key);
  }, [author, upgradeId, dataUpdatedAt]);

  const of = useCallback(
    (row: ReviewRow): KeptOfRow => {
      const { stored, mine, dropped } = partsOf(row, saved, unsaved);
      return {
        choices: together(stored, mine),
        latest: latestOf(stored, mine),
        dropped,
        unsaved: mine?.choices.size ?? 0,
        trouble: trouble?.key === row.key ? trouble.error : undefined,
      };
    },
    [saved, unsaved, trouble],
  );

  return {
    isRead: !isLoading,
    of,
    countOf(row) {
      const { stored, mine } = partsOf(row, saved, unsaved);
      const { size } = together(stored, mine);
      return size === 0 ? undefined : `${size} of ${mine?.of ?? stored?.of}`;
    },
    set({ key, layer, decision: { path, texts } }, of, index, choice) {
      if (texts === undefined) return;
      const before = waiting(key);
      const choices = new Map(before?.texts === texts ? before.choices : []);
      // What is decided last stands last.
      choices.delete(index);
      choices.set(index, choice ?? null);
      keep(key, { layer: layer.id, path, texts, of, choices });
      void save(key);
    },
  };
}

/** What is stored of a row's text, and what waits; of another text than is there now only how much it is. */
function partsOf(
  { key, layer, decision: { path, texts } }: ReviewRow,
  saved: readonly HunkedText[],
  unsaved: ReadonlyMap<string, UnsavedHunks>,
) {
  const stored = saved.find(isAbout({ layer: layer.id, path }));
  const mine = unsaved.get(key);
  return {
    stored: texts !== undefined && stored?.texts === texts ? stored : undefined,
    mine: texts !== undefined && mine?.texts === texts ? mine : undefined,
    dropped: stored !== undefined && stored.texts !== texts ? stored.hunks.length : 0,
  };
}

function isAbout({ layer, path }: { readonly layer: string; readonly path: MergePath }) {
  const key = pathKey(path);
  return (one: HunkedText): boolean => one.layer === layer && pathKey(one.path) === key;
}

function requestOf({ path, texts, of, choices }: UnsavedHunks) {
  const set = [...choices].flatMap(([hunk, choice]) => (choice === null ? [] : [{ hunk, choice }]));
  const open = [...choices].flatMap(([hunk, choice]) => (choice === null ? [hunk] : []));
  return { path: [...path], texts, of, set, open };
}

/** What was decided since it was sent. */
function without(now: UnsavedHunks | undefined, sent: UnsavedHunks): UnsavedHunks | undefined {
  if (now === undefined || now.texts !== sent.texts) return now;
  return { ...now, choices: new Map([...now.choices].filter(([index, choice]) => sent.choices.get(index) !== choice)) };
}

function together(stored: HunkedText | undefined, mine: UnsavedHunks | undefined): HunkChoices {
  if (stored === undefined && mine === undefined) return unsettled;
  const choices = new Map<number, HunkChoice>(stored?.hunks.map(({ hunk, choice }) => [hunk, choice]));
  for (const [index, choice] of mine?.choices ?? []) {
    if (choice === null) choices.delete(index);
    else choices.set(index, choice);
  }
  return choices;
}

function latestOf(stored: HunkedText | undefined, mine: UnsavedHunks | undefined): number | undefined {
  const own = [...(mine?.choices ?? [])].findLast(([, choice]) => choice !== null);
  if (own !== undefined) return own[0];
  const there = stored?.hunks.filter(({ hunk }) => mine?.choices.get(hunk) !== null) ?? [];
  return there.toSorted((a, b) => a.at.localeCompare(b.at)).at(-1)?.hunk;
}

function isChanged(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === 'RECORD_CHANGED';
}
