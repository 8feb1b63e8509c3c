/**
 * Runs work over a list, at most `limit` at a time, started in the list's order. After the first failure nothing more is
 * started; it throws that failure once everything under way has ended.
 */
export async function forEachBounded<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<void>,
  onFailure?: () => void,
): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      try {
        await work(item);
      } catch (error) {
        if (failure === undefined) {
          failure = { error };
          onFailure?.();
        }
      }
      if (failure !== undefined) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failure !== undefined) throw failure.error;
}
