import type { Check } from '@sealift/core/check';
import type { SiteCheck } from '@sealift/core/site';
import { failedLook, type Look, lookTimeout } from './failed-look.ts';

/** What a look found, and what later ones use of it. */
export interface Found<Result> {
  readonly check: SiteCheck;
  /** Undefined where it failed. */
  readonly result: Result | undefined;
}

/** A look that went well: what to say of it. */
export interface Seen<Result> {
  readonly detail: string;
  readonly result: Result;
  /** A remark that stops nobody. */
  readonly warning?: Pick<Required<Check>, 'remedy'> | undefined;
}

/** Runs a look with an end in time, also where what it asks does not heed its end. */
export async function runLook<Result>(
  look: Look,
  timeoutMs: number,
  see: (cancel: AbortSignal) => Promise<Seen<Result>>,
): Promise<Found<Result>> {
  const cancel = AbortSignal.timeout(timeoutMs);
  try {
    const { detail, result, warning } = await Promise.race([see(cancel), ended(cancel, look, timeoutMs)]);
    const outcome = warning === undefined ? 'pass' : 'warn';
    return { check: { ...look, outcome, detail, ...warning }, result };
  } catch (error) {
    const failure = cancel.aborted ? lookTimeout(look.title, timeoutMs / 1000) : error;
    return { check: failedLook(look, failure), result: undefined };
  }
}

function ended(cancel: AbortSignal, look: Look, timeoutMs: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    cancel.addEventListener('abort', () => reject(lookTimeout(look.title, timeoutMs / 1000)), { once: true });
  });
}
