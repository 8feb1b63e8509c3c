/**
 * Asks again and again until the answer is neither null, undefined nor false.
 *
 * @throws Error naming what was waited for and the last failure, when `timeoutMs` have passed
 */
export async function waitUntil<Answer>(
  what: string,
  ask: () => Promise<Answer | null | undefined | false> | Answer | null | undefined | false,
  timeoutMs = 30_000,
): Promise<Answer> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown = 'it never held';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`, { cause: last });
    await new Promise((again) => setTimeout(again, 50));
  }
}
