import { clock, RemainingTime } from './remaining-time.ts';

/** How much of something is done, in bytes. */
export interface Amount {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** Something that happened, for programs that read along; `event` names it. */
export type ProgressEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/** Shows how far a long piece of work is. It never goes back within a phase. */
export interface Progress {
  /** Reports a phase's fraction (0 to 1); the same label again replaces its line on a terminal. */
  update(label: string, fraction: number, detail?: string, amount?: Amount): void;
  /** Ends the phase's line. */
  done(label: string, detail?: string): void;
  /** Tells of something besides how far it is, where programs read along. */
  event?(event: ProgressEvent): void;
  /** Tells that somebody is waited for, and asked again. */
  retry?(retry: RetryNotice): void;
}

/** Somebody who did not answer as hoped for, and is asked again. */
export interface RetryNotice {
  /** Where, without what may be secret. */
  readonly what: string;
  /** Which one failed, from 1. */
  readonly attempt: number;
  /** It goes on after so long. */
  readonly delayMs: number;
  /** What was answered. */
  readonly reason: string;
}

/** Where a file or terminal is that progress is written to. */
export type ProgressStream = Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;

/** Without a terminal a long phase says how far it is this often. */
const plainEveryMs = 10_000;
const jsonEveryMs = 500;
const retriesRemembered = 1000;

/** One phase's way to its end. */
class Phase {
  readonly label: string;
  readonly #remaining: RemainingTime;
  #fraction = 0;
  #doneBytes = 0;

  constructor(label: string, now: () => number) {
    this.label = label;
    this.#remaining = new RemainingTime(now);
  }

  advance(fraction: number, amount: Amount | undefined) {
    const bounded = Number.isFinite(fraction) ? Math.max(0, Math.min(1, fraction)) : 0;
    this.#fraction = Math.max(this.#fraction, bounded);
    this.#doneBytes = Math.max(this.#doneBytes, amount?.doneBytes ?? 0);
    return {
      fraction: this.#fraction,
      percent: Math.floor(this.#fraction * 100),
      seconds: this.#remaining.update(this.#fraction),
      ...(amount === undefined ? {} : { doneBytes: this.#doneBytes, totalBytes: amount.totalBytes }),
    };
  }
}

/** Progress for people: one overwritten line on a terminal with the time that is left; elsewhere a line now and then. */
export function terminalProgress(stream: ProgressStream, now = (): number => performance.now()): Progress {
  let phase: Phase | undefined;
  let shown: string | undefined;
  let shownAt = 0;
  return {
    update(label, fraction, detail, amount) {
      const isNew = phase?.label !== label;
      if (isNew && phase !== undefined && stream.isTTY) stream.write('\n');
      phase = isNew || phase === undefined ? new Phase(label, now) : phase;
      const state = phase.advance(fraction, amount);
      const text = progressLine(label, { ...state, ...(detail === undefined ? {} : { detail }) });
      if (stream.isTTY) {
        if (text !== shown) stream.write(`\r\u001b[K${text}`);
      } else if (isNew) stream.write(`${label}\n`);
      else if (now() - shownAt < plainEveryMs) return;
      else stream.write(`${text}\n`);
      shown = text;
      shownAt = now();
    },
    done(label, detail) {
      const text = progressLine(label, { percent: 100, ...(detail === undefined ? {} : { detail }) });
      stream.write(stream.isTTY ? `\r\u001b[K${text}\n` : `${text}\n`);
      phase = undefined;
      shown = undefined;
    },
    retry: retryLines((line) => {
      stream.write(stream.isTTY ? `\r\u001b[K${line}\n` : `${line}\n`);
      shown = undefined;
    }, now),
  };
}

/**
 * Tells people of what is tried again. Many pieces of work may wait for the same at a time: who was told of a wait is not told again
 * before it is over.
 */
function retryLines(write: (line: string) => void, now: () => number): (retry: RetryNotice) => void {
  const told = new Map<string, number>();
  return ({ what, attempt, delayMs, reason }) => {
    const until = told.get(reason);
    if (until !== undefined && now() < until) return;
    told.set(reason, now() + delayMs);
    if (told.size > retriesRemembered) told.clear();
    const pause = delayMs < 1000 ? `${delayMs} ms` : `${Math.round(delayMs / 1000)} s`;
    write(`trying again in ${pause} (attempt ${attempt + 1}): ${reason}; at ${what}`);
  };
}

/** Progress for programs: one JSON object a line, as docs/reference/bundle.md describes them. */
export function jsonProgress(stream: ProgressStream, now = (): number => performance.now()): Progress {
  let phase: Phase | undefined;
  let writtenAt = 0;
  const write = (event: ProgressEvent): void => {
    stream.write(`${JSON.stringify(event)}\n`);
  };
  return {
    update(label, fraction, detail, amount) {
      const isNew = phase?.label !== label;
      phase = isNew || phase === undefined ? new Phase(label, now) : phase;
      const { percent, seconds, doneBytes, totalBytes } = phase.advance(fraction, amount);
      if (!isNew && now() - writtenAt < jsonEveryMs) return;
      writtenAt = now();
      write({ event: 'progress', phase: label, percent, doneBytes, totalBytes, secondsLeft: seconds, detail });
    },
    done(label, detail) {
      phase = undefined;
      write({ event: 'progress', phase: label, percent: 100, detail });
    },
    event: write,
    retry: (retry) => write({ event: 'retry', ...retry }),
  };
}

/** Progress that nobody sees: `--quiet`. */
export const silentProgress: Progress = { update: () => undefined, done: () => undefined };

/** A phase as one line: `Pushing   42%  1.2 of 3.4 GiB  2:30 left`. */
export function progressLine(
  label: string,
  state: {
    readonly percent: number;
    readonly detail?: string;
    readonly seconds?: number | undefined;
    readonly doneBytes?: number;
    readonly totalBytes?: number;
  },
): string {
  const { percent, detail, seconds, doneBytes, totalBytes } = state;
  const amount = doneBytes === undefined || totalBytes === undefined ? undefined : ofBytes(doneBytes, totalBytes);
  const left = seconds === undefined ? undefined : `${clock(seconds)} left`;
  return [label, `${String(percent).padStart(3)}%`, amount, detail, left]
    .filter((part) => part !== undefined)
    .join('  ');
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1.2 of 3.4 GiB`, both in the unit that fits the total. */
function ofBytes(doneBytes: number, totalBytes: number): string {
  const power = totalBytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(totalBytes) / 10));
  const inUnit = (bytes: number): string => (bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1);
  return `${inUnit(doneBytes)} of ${inUnit(totalBytes)} ${units[power] ?? 'bytes'}`;
}
