/** Why something failed, in its own words: an error's message, or whatever else was thrown as text. A module without imports, for threads that have little room. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
