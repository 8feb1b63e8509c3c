/** Prints each remedy once: several checks may fail for one cause, and its mend is one too. */
export class Remedies {
  readonly #told = new Set<string>();

  /** The line of a remedy, short where it was told before; undefined where there is none. */
  line(remedy: string | undefined): string | undefined {
    if (remedy === undefined) return undefined;
    if (this.#told.has(remedy)) return 'fix: as above';
    this.#told.add(remedy);
    return `fix: ${remedy}`;
  }
}
