interface Page {
  readonly next: string | null;
}

/**
 * Every page of a list by name, the first one too.
 *
 * @param read the page behind a name
 */
export async function allPages<Found extends Page>(
  read: (after: string) => Promise<Found>,
): Promise<readonly [Found, ...Found[]]> {
  const pages: [Found, ...Found[]] = [await read('')];
  for (let { next } = pages[0], after = ''; next !== null; ) {
    // A page that leads back would be read for ever.
    if (next <= after) return pages;
    after = next;
    const page = await read(after);
    pages.push(page);
    next = page.next;
  }
  return pages;
}
