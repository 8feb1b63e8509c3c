/** With when it was asked for, by the reader's clock, ms since 1970: an answer may be on its way for long, and be of before. */
export async function asked<Answer>(ask: () => Promise<Answer>): Promise<Answer & { askedAt: number }> {
  const askedAt = Date.now();
  return { ...(await ask()), askedAt };
}
