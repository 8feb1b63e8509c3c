/**
 * Works on several items at a time, and gives the results in the order of the items. It reads no further ahead than that.
 *
 * @throws what reading or working fails with, when it comes to that item
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const begun: Promise<Result>[] = [];
  for await (const item of items) {
    const result = work(item);
    // It is heard of when its turn comes; until then it must not end the process.
    result.catch(() => undefined);
    begun.push(result);
    if (begun.length < atOnce) continue;
    yield* settled(begun.splice(0, 1));
  }
  yield* settled(begun);
}

async function* settled<Result>(results: readonly Promise<Result>[]): AsyncGenerator<Result, void, undefined> {
  for (const result of results) yield await result;
}
