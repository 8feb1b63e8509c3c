/** Parts that end in the opposite of the order in which they began. */
export class Opened {
  readonly #ends: (() => Promise<unknown>)[] = [];

  add<Part>(part: Part, end: (part: Part) => Promise<unknown>): Part {
    this.#ends.push(() => end(part));
    return part;
  }

  /** Ends all of them, also when one does not end well. @throws what the first failed with */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) {
      await end().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
