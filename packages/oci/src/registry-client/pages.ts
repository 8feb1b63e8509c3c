import type { IncomingMessage } from 'node:http';
import { SealiftError } from '@sealift/core/errors';
import { discard } from '@sealift/io/http/body';
import { readBounded } from '../verify-stream.ts';
import { nextPage } from './answers.ts';
import type { RegistryCalls } from './calls.ts';
import { refusal } from './failures.ts';
import type { Scope } from './authenticator.ts';
import { placeOf } from './origin.ts';
import { shortBodyOf } from './transport.ts';

const pageLimitBytes = 8 * 1024 * 1024;
/** More than the longest list has, in pages of a registry that gives a hundred at a time. */
const pageLimit = 2000;
/** How long a whole list may take, in milliseconds. */
const listDeadlineMs = 600_000;

/** A list that a registry gives page by page. */
export interface PagedList<Item> {
  readonly url: URL;
  readonly scope: Scope;
  /** For errors. */
  readonly what: string;
  /** The most that is taken. */
  readonly limit: number;
  /** Answers that say that there is no such list. */
  readonly absent?: readonly number[];
  readonly parse: (bytes: Buffer, place: string) => readonly Item[];
}

/**
 * Reads a list page by page, and ends whatever the registry does: items, pages, bytes of a page and the time for all of it are bounded.
 *
 * @returns undefined where there is no such list
 * @throws INPUT_TOO_LARGE, REGISTRY_ANSWER_INVALID, REGISTRY_UNREACHABLE when it is not whole in time, REGISTRY_NOT_FOUND
 */
export async function readPages<Item>(calls: RegistryCalls, list: PagedList<Item>): Promise<Item[] | undefined> {
  const { what, limit } = list;
  const cancel = inTime(calls);
  const found: Item[] = [];
  let url: URL | undefined = list.url;
  for (let page = 0; url !== undefined; page += 1) {
    if (page === pageLimit) throw tooMuch(`the pages of the list of ${what}`, pageLimit, placeOf(url));
    const read: OnePage<Item> | undefined = await readOne(calls, { ...list, url }, cancel);
    if (read === undefined) return undefined;
    found.push(...read.items);
    if (found.length > limit) throw tooMuch(`the list of ${what}`, limit, placeOf(url));
    url = read.next;
  }
  return found;
}

/** A page of a list. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  /** Whether the registry has a page behind it. */
  readonly goesOn: boolean;
}

/**
 * Reads the page at the list's address alone.
 *
 * @returns undefined where there is no such list
 * @throws as {@link readPages}
 */
export async function readPage<Item>(calls: RegistryCalls, list: PagedList<Item>): Promise<ListPage<Item> | undefined> {
  const read = await readOne(calls, list, inTime(calls));
  if (read === undefined) return undefined;
  if (read.items.length > list.limit) throw tooMuch(`a page of ${list.what}`, list.limit, placeOf(list.url));
  return { items: read.items, goesOn: read.next !== undefined };
}

interface OnePage<Item> {
  readonly items: readonly Item[];
  readonly next: URL | undefined;
}

async function readOne<Item>(
  calls: RegistryCalls,
  { url, scope, what, absent = [], parse }: PagedList<Item>,
  cancel: AbortSignal,
): Promise<OnePage<Item> | undefined> {
  const place = placeOf(url);
  const answer: IncomingMessage = await calls.call({ method: 'GET', url, scope, cancel });
  if (absent.includes(answer.statusCode ?? 0)) {
    discard(answer);
    return undefined;
  }
  if (answer.statusCode !== 200) throw await refusal(answer, what, place);
  const body = shortBodyOf(answer, calls.idleTimeoutMs, place, cancel);
  return { items: parse(await readBounded(body, pageLimitBytes, what, place), place), next: nextPage(answer, url) };
}

/** Ends with whoever asks, or where a list is not whole in time. */
function inTime({ options: { cancel } }: RegistryCalls): AbortSignal {
  return AbortSignal.any([...(cancel === undefined ? [] : [cancel]), AbortSignal.timeout(listDeadlineMs)]);
}

function tooMuch(what: string, limit: number, place: string): SealiftError {
  return new SealiftError('REGISTRY_LIST_TOO_LONG', { values: { what, limit }, place });
}
