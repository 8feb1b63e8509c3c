const firstMs = 10_000;
const longestMs = 60 * 60_000;

/** After so long what was not delivered is given up. */
export const giveUpAfterMs = 24 * 60 * 60_000;

/**
 * How long to wait before the next attempt: twice as long each time, an hour at most, and up to a half less at random, so that many that failed at
 * once do not come back at once.
 *
 * @param attempts those that failed, 1 at least
 * @param random from 0 to 1
 */
export function pauseMs(attempts: number, random: number): number {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 20));
  return Math.round(whole * (1 - random / 2));
}
