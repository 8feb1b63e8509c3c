/** Turns at one thing. */
interface Turns {
  sharing: number;
  exclusive: boolean;
  readonly waiting: { readonly wants: 'shared' | 'exclusive'; readonly go: () => void }[];
}

/**
 * Lets many work with a thing at a time, or one alone: manifests are put into a repository beside each other, and it is cleaned up
 * alone. Without it a clean-up could take a blob away between the moment a manifest's content is found complete and the
 * moment the manifest is there; or remove a file that was put in an old one's place since it looked.
 */
export class TurnLock {
  readonly #turns = new Map<string, Turns>();

  /** Works beside others that share, and not while somebody works alone. */
  async shared<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    return await this.#hold(name, 'shared', work);
  }

  /** Works alone. */
  async exclusive<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    return await this.#hold(name, 'exclusive', work);
  }

  async #hold<Result>(name: string, wants: 'shared' | 'exclusive', work: () => Promise<Result>): Promise<Result> {
    const turns = this.#turns.get(name) ?? { sharing: 0, exclusive: false, waiting: [] };
    this.#turns.set(name, turns);
    await new Promise<void>((go) => {
      turns.waiting.push({ wants, go });
      admit(turns);
    });
    try {
      return await work();
    } finally {
      if (wants === 'shared') turns.sharing -= 1;
      else turns.exclusive = false;
      admit(turns);
      if (turns.sharing === 0 && !turns.exclusive && turns.waiting.length === 0) this.#turns.delete(name);
    }
  }
}

/** In the order they came, so that a clean-up is not kept out for good by ever new manifests. */
function admit(turns: Turns): void {
  for (let next = turns.waiting[0]; next !== undefined; next = turns.waiting[0]) {
    if (turns.exclusive || (next.wants === 'exclusive' && turns.sharing > 0)) return;
    turns.waiting.shift();
    if (next.wants === 'shared') turns.sharing += 1;
    else turns.exclusive = true;
    next.go();
  }
}
