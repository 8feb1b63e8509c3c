import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { setTimeout as delay } from 'node:timers/promises';
import type { CliContext } from '../context.ts';

const pollMs = 1000;
/** An upgrade replaces the console itself: it may be away for this long before waiting for it is given up. */
const patienceMs = 15 * 60 * 1000;

/** What a console answered, or why it does not answer right now. */
type Poll<Answer> = { readonly answer: Answer } | { readonly away: SealiftError };

/**
 * Asks a console again and again, through its restarts, until the caller has enough.
 *
 * @param onCancel what goes on when the person stops watching, and how to look at it
 * @throws CANCELLED, PLATFORM_UNREACHABLE once it is away for too long, and what the question throws
 */
export async function* polls<Answer>(
  ask: () => Promise<Answer>,
  { cancel }: Pick<CliContext, 'cancel'>,
  onCancel: string,
): AsyncGenerator<Poll<Answer>, never> {
  let lastAnswer = Date.now();
  for (;;) {
    if (cancel.aborted) throw new SealiftError('CANCELLED', { hint: onCancel });
    let poll: Poll<Answer>;
    try {
      poll = { answer: await ask() };
      lastAnswer = Date.now();
    } catch (error) {
      if (cancel.aborted) continue;
      const away = isSealiftError(error, 'PLATFORM_UNREACHABLE') && Date.now() - lastAnswer < patienceMs;
      if (!away) throw error;
      poll = { away: error };
    }
    yield poll;
    await delay(pollMs, undefined, { signal: cancel }).catch(() => undefined);
  }
}
