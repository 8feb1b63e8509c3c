import { type Check, type CheckItem, maxCheckItems } from '@sealift/core/check';
import { asSealiftError } from '@sealift/core/errors';

/** What a check found; the remedy belongs to every outcome but `pass`. */
export type Finding = Pick<Check, 'outcome' | 'detail' | 'items' | 'risk'> & { readonly remedy?: string };

/** No check of a page may take longer, or the page would not answer. */
const usualTimeoutMs = 10_000;

/**
 * Runs a check now. One that fails to look answers `unknown` with the reason and the remedy of the failure.
 */
export async function runCheck(
  name: string,
  title: string,
  look: (cancel: AbortSignal) => Promise<Finding> | Finding,
  { timeoutMs = usualTimeoutMs }: { readonly timeoutMs?: number } = {},
): Promise<Check> {
  const cancel = AbortSignal.timeout(timeoutMs);
  try {
    const finding = await look(cancel);
    return { name, title, ...finding };
  } catch (error) {
    if (cancel.aborted) {
      // What it was stopped in says something else: that somebody stopped it, or that a server is away.
      const detail = `It was not over within ${timeoutMs / 1000} s`;
      return { name, title, outcome: 'unknown', detail, remedy: 'Look again; where it stays so, see what is slow.' };
    }
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

/**
 * A finding that a person may accept. Checks whose remedy is at hand, and those behind which data, quorum or the way back is lost, have none.
 *
 * @param objects all that it is about; more than can be named one by one are not accepted
 */
export function acceptable(finding: Finding, consequence: string, objects: readonly string[]): Finding {
  const named = [...new Set(objects)].toSorted();
  const isWhole = named.length > 0 && named.length <= maxCheckItems;
  return isWhole ? { ...finding, risk: { consequence, objects: named } } : finding;
}

/** A finding about several things, each named as far as there is room; those that stop the upgrade first. */
export function withItems(finding: Finding, items: readonly CheckItem[]): Finding {
  return items.length === 0 ? finding : { ...finding, items: items.slice(0, maxCheckItems) };
}
