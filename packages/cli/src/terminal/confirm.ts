import { createInterface } from 'node:readline/promises';
import { SealiftError } from '@sealift/core/errors';

/**
 * Demands a terminal to ask on, before long work is done for a question that cannot be asked.
 *
 * @throws BUNDLE_OPTION_REFUSED
 */
export function demandTerminal(): void {
  if (process.stdin.isTTY) return;
  throw new SealiftError('BUNDLE_OPTION_REFUSED', {
    values: { option: '--confirm', reason: 'it asks a question, and there is no terminal to ask it on' },
    place: '--confirm',
    hint: 'Run it on a terminal, or leave --confirm out; --check verifies and changes nothing.',
  });
}

/**
 * Asks on the terminal whether to go on. As in makeself archives, an empty answer is a yes.
 *
 * @throws BUNDLE_NOT_CONFIRMED, CANCELLED when it is interrupted
 */
export async function confirmOnTerminal(question: string, cancel: AbortSignal): Promise<void> {
  const answer = await askOnTerminal(`${question} Proceed? [Y/n] `, cancel);
  if (!/^(?:y|yes)?$/i.test(answer.trim())) throw new SealiftError('BUNDLE_NOT_CONFIRMED');
}

/** Asks a question on the terminal. @throws CANCELLED when it is interrupted, or the input ends */
export async function askOnTerminal(question: string, cancel: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const interrupted = new AbortController();
  terminal.once('SIGINT', () => interrupted.abort());
  // The end of the input is no answer.
  terminal.once('close', () => interrupted.abort());
  try {
    return await terminal.question(question, { signal: AbortSignal.any([cancel, interrupted.signal]) });
  } catch (error) {
    throw new SealiftError('CANCELLED', { cause: error });
  } finally {
    terminal.close();
  }
}
