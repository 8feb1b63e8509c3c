/** What is opened when it is first needed and kept; an opening that failed is tried again by the next call. */
export class OnDemand<Opened> {
  readonly #open: () => Promise<Opened>;
  #opening: Promise<Opened> | undefined;

  constructor(open: () => Promise<Opened>) {
    this.#open = open;
  }

  /** @throws what opening throws */
  async get(): Promise<Opened> {
    const opening = (this.#opening ??= this.#open());
    try {
      return await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    }
  }

  /** Gives it up to be closed; undefined where nothing is open. The next `get` opens another. */
  async take(): Promise<Opened | undefined> {
    const opened = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    return opened;
  }
}
