/** Acts that were sent and not answered yet, each with its key; the oldest first. */
const unanswered = new Map<string, string>();
const most = 50;

/**
 * The `Idempotency-Key` of an act: the same for one that was sent already and whose answer was lost, or is still to come. So a button that is pressed
 * again after the line was cut has the act done once.
 */
export function keyOfAct(act: string): string {
  const known = unanswered.get(act);
  if (known !== undefined) return known;
  const key = newKey();
  unanswered.set(act, key);
  const [oldest] = unanswered.keys();
  if (unanswered.size > most && oldest !== undefined) unanswered.delete(oldest);
  return key;
}

/** The act was answered: the next one like it is another act. */
export function actAnswered(act: string): void {
  unanswered.delete(act);
}

/** 128 random bits; `crypto.randomUUID` is missing where the page came over plain HTTP. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `"${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}"`;
}
