/** Turns at one repository. */
interface Turns {
  sharing: number;
  exclusive: boolean;
  readonly waiting: { readonly wants: 'shared' | 'exclusive'; readonly go: () => void }[];
}

/**
 * Lets many put manifests into a repository at a time, or one clean it up. Without it a clean-up could take a blob away
 * between the moment a manifest's content is found complete and the moment the manifest is there.
 */
export class RepositoryLock {
  readonly #turns = new Map<string, Turns>();

  /** Works beside others that share, and not while somebody works alone. */
  async shared<Result>(repository: string, work: () => Promise<Result>): Promise<Result> {
    return await this.#hold(repository, 'shared', work);
  }

  /** Works alone. */
  async exclusive<Result>(repository: string, work: () => Promise<Result>): Promise<Result> {
    return await this.#hold(repository, 'exclusive', work);
  }

  async #hold<Result>(repository: string, wants: 'shared' | 'exclusive', work: () => Promise<Result>): Promise<Result> {
    const turns = this.#turns.get(repository) ?? { sharing: 0, exclusive: false, waiting: [] };
    this.#turns.set(repository, turns);
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
      if (turns.sharing === 0 && !turns.exclusive && turns.waiting.length === 0) this.#turns.delete(repository);
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
