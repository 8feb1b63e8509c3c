/** A window that a test has open, as far as it tells what it shows. */
export interface ShownWindow {
  /** Keeps a picture of it under a name of its own, and returns what it says and what went wrong behind it. */
  tell(name: string): Promise<string>;
}

const shown = new Set<ShownWindow>();

/** Remembers a window until what is returned is called. */
export function remember(window: ShownWindow): () => void {
  shown.add(window);
  return () => shown.delete(window);
}

/** What every open window shows, for whoever reads why a test failed. */
export async function tellWindows(test: string): Promise<readonly string[]> {
  const name = `failed-${test.replaceAll(/[^a-z0-9]+/giu, '-').slice(0, 80)}`;
  return await Promise.all([...shown].map((window, index) => window.tell(index === 0 ? name : `${name}-${index + 1}`)));
}
