import { createHash, createHmac } from 'node:crypto';
import type { ReviewedDecision, ReviewedLayer } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import {
  type Decision,
  hunksForm,
  isSecretPath,
  type MergePath,
  pathKey,
  pathText,
  type Resolution,
} from '@sealift/core/merge';
import type { LinkedRow } from './carried-answers.ts';
import { type LayerMerge, layerMergeOf, maskedDecisions, type MergedRow, mergeRow } from './layer-merge.ts';

/** What a row of a list shows of a value, in UTF-16 code units. */
const shownLength = 400;
/** Of what is no conflict: more than a person reads through, and little enough to send for sixty layers. */
const listedDecisions = 2000;

/** A layer to be listed. */
export interface ListedRow {
  readonly row: LinkedRow;
  /** Known to this process alone: equal values are told apart from others by it, and by nothing that could be guessed. */
  readonly key: string;
}

/** A layer with answers in its row, and which of them are new. */
export interface AnsweredRow extends ListedRow {
  readonly given: readonly Resolution[];
}

/** A layer's merge with what the change review shows of it. */
export interface ListedMerge {
  readonly merge: LayerMerge;
  readonly review: Uint8Array;
}

/**
 * A layer of the change review: `ReviewedLayer` without its revision and who gave the answers, as JSON in UTF-8. Its last field is `offered`, and
 * empty. Secrets are masked in its decisions.
 *
 * @throws MERGE_*, RECORD_DAMAGED
 */
export function reviewAnew({ row, key }: ListedRow): Uint8Array {
  return reviewOf(row, mergeRow(row), key);
}

/** A layer's merge, and the layer in the change review: what a draft is made of, and what people open next. @throws MERGE_*, RECORD_DAMAGED */
export function mergeListed({ row, key }: ListedRow): ListedMerge {
  const made = mergeRow(row);
  return { merge: layerMergeOf(row, made), review: reviewOf(row, made, key) };
}

/**
 * Merges a layer with answers, and looks whether each new one answers something.
 *
 * @throws INPUT_INVALID for an answer to a path about which nothing was decided; MERGE_* for one that cannot be applied
 */
export function answerLayer({ row, given, key }: AnsweredRow): ListedMerge {
  const made = mergeRow(row);
  const unused = new Set(made.unused.map(({ path }) => pathKey(path)));
  const index = given.findIndex(({ path }) => unused.has(pathKey(path)));
  const wrong = given[index];
  if (wrong !== undefined) {
    const reason = `there is nothing to decide at ${pathText(wrong.path)}`;
    throw new SealiftError('INPUT_INVALID', {
      place: `body.resolutions.${index}.path`,
      values: { what: 'the resolution', reason },
    });
  }
  return { merge: layerMergeOf(row, made), review: reviewOf(row, made, key) };
}

type ListedLayer = Omit<ReviewedLayer, 'revision' | 'answered'>;

function reviewOf(row: LinkedRow, made: MergedRow, key: string): Uint8Array {
  const { change, merged, own, carried, problems, differences } = made;
  const { passwords, decisions } = maskedDecisions(row, merged);
  const { listed, omitted } = listDecisions(decisions);
  const review: ListedLayer = {
    ...change,
    decisions: listed.map(({ decision, index }) => {
      const found = merged.decisions[index];
      return { ...rowOf(row, decision, found, key), ...hunkedTexts(decision, found, passwords) };
    }),
    omitted,
    resolutions: [...own],
    carried: carried.map(({ path }) => path),
    passwords,
    problems,
    pasted: row.pasted === null ? null : { differences },
    offered: [],
  };
  return new TextEncoder().encode(JSON.stringify(review));
}

interface Listed {
  readonly decision: Decision;
  readonly index: number;
}

/** Every conflict, and of the rest as many as a list takes; in document order. */
function listDecisions(decisions: readonly Decision[]): {
  readonly listed: readonly Listed[];
  readonly omitted: number;
} {
  const listed: Listed[] = [];
  let others = 0;
  for (const [index, decision] of decisions.entries()) {
    if (decision.kind !== 'conflict') {
      others += 1;
      if (others > listedDecisions) continue;
    }
    listed.push({ decision, index });
  }
  return { listed, omitted: Math.max(0, others - listedDecisions) };
}

/** @param found the decision with its secrets */
function rowOf(row: LinkedRow, decision: Decision, found: Decision | undefined, key: string): ReviewedDecision {
  const { path, kind, reason, masked, resolvedBy, movedFrom } = decision;
  const alike = likeness(found, key);
  const side = (name: 'base' | 'current' | 'incoming') => shownSide(name, row[name], decision, found);
  return {
    path,
    kind,
    reason,
    ...(masked === undefined ? {} : { masked }),
    ...(resolvedBy === undefined ? {} : { resolvedBy }),
    ...(movedFrom === undefined ? {} : { movedFrom }),
    ...side('base'),
    ...side('current'),
    ...side('incoming'),
    ...(alike === undefined ? {} : { alike }),
  };
}

function shownSide(
  name: 'base' | 'current' | 'incoming',
  text: string,
  decision: Decision,
  found: Decision | undefined,
): Partial<ReviewedDecision> {
  const side = decision[name];
  if (side === undefined) return {};
  const { source, range } = side;
  const isThere = text.slice(range.start, range.end) === found?.[name]?.source;
  const isCut = source.length > shownLength;
  return {
    [name]: {
      text: isCut ? source.slice(0, shownLength) : source,
      line: range.line,
      ...(isThere ? { span: [range.start, range.end] } : {}),
      ...(isCut ? { cut: true } : {}),
    },
  };
}

/** The same where a conflict's last key, with what stands below it, and its three true values are. */
function likeness(decision: Decision | undefined, key: string): string | undefined {
  if (decision?.kind !== 'conflict') return undefined;
  const { path, base, current, incoming } = decision;
  const compared = [endOf(path), base?.source, current?.source, incoming?.source].map((part) => part ?? null);
  return createHmac('sha256', key).update(JSON.stringify(compared)).digest('hex').slice(0, 32);
}

const sides = ['base', 'current', 'incoming'] as const;

/** Which three texts a conflict that can be settled by hunk is about; of a secret nothing is told that could be guessed. */
function hunkedTexts(
  { masked, path }: Decision,
  found: Decision | undefined,
  passwords: readonly string[],
): Pick<ReviewedDecision, 'texts'> {
  if (found?.kind !== 'conflict' || masked !== undefined || isSecretPath(path, passwords)) return {};
  const texts = sides.map((side) => found[side]?.source ?? null);
  if (!texts.some((text) => text !== null && /\n|\\n/.test(text))) return {};
  const told = JSON.stringify([hunksForm, ...texts]);
  return { texts: createHash('sha256').update(told).digest('hex').slice(0, 32) };
}

/** From the last key on: a list's items and their places belong to the key above them. */
function endOf(path: MergePath): MergePath {
  return path.slice(
    Math.max(
      0,
      path.findLastIndex((element) => typeof element === 'string'),
    ),
  );
}
