import type { Check } from '@sealift/core/check';
import { asSealiftError } from '@sealift/core/errors';

/** What a check found; the remedy belongs to every outcome but `pass`. */
export type Finding = Pick<Check, 'outcome' | 'detail'> & { readonly remedy?: string };

/** No check of a page may take longer, or the page would not answer. */
const timeoutMs = 5000;

/**
 * Runs a check now. One that fails to look answers `unknown` with the reason and the remedy of the failure.
 *
 * @param withinMs how long it may look
 */
export async function runCheck(
  name: string,
  title: string,
  look: (cancel: AbortSignal) => Promise<Finding> | Finding,
  withinMs: number = timeoutMs,
): Promise<Check> {
  try {
    const finding = await look(AbortSignal.timeout(withinMs));
    return { name, title, ...finding };
  } catch (error) {
    const { message, hint } = asSealiftError(error);
    return { name, title, outcome: 'unknown', detail: message, remedy: hint };
  }
}

export function pass(detail: string): Finding {
  return { outcome: 'pass', detail };
}

export function block(detail: string, remedy: string): Finding {
  return { outcome: 'block', detail, remedy };
}

export function warn(detail: string, remedy: string): Finding {
  return { outcome: 'warn', detail, remedy };
}
