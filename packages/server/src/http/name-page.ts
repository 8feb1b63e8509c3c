/** A page of what has names, by name; `next` is where the following one begins, null where there is none. */
export interface NamePage<Item> {
  readonly page: Item[];
  readonly next: string | null;
}

/** The page behind a name; what came or went meanwhile moves nothing else. @param after the empty text for the first one */
export function pageByName<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  { after, length }: { readonly after: string; readonly length: number },
): NamePage<Item> {
  // By code units, as in a cursor that is compared with `>`.
  const rest = items
    .filter((item) => nameOf(item) > after)
    .toSorted((left, right) => (nameOf(left) < nameOf(right) ? -1 : nameOf(left) > nameOf(right) ? 1 : 0));
  const page = rest.slice(0, length);
  const last = page.at(-1);
  return { page, next: rest.length > page.length && last !== undefined ? nameOf(last) : null };
}
