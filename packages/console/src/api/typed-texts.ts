import type { HunkChoices, TextHunk } from '@sealift/core/merge';

/** In memory only, because what persons write may be a secret: gone with the window, and when its author signs out. By author and by what it is about. */
class Kept<Value> {
  readonly #values = new Map<string, Value>();
  readonly #listeners = new Set<() => void>();

  /** Calls `listener` at each change, whatever it is about; returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get(author: string, about: string): Value | undefined {
    return this.#values.get(`${author} ${about}`);
  }

  set(author: string, about: string, value: Value): void {
    this.#values.set(`${author} ${about}`, value);
    this.#tell();
  }

  drop(author: string, about: string): void {
    this.#values.delete(`${author} ${about}`);
    this.#tell();
  }

  forget(): void {
    this.#values.clear();
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The hunks of a long text, and what was decided about them so far. */
export interface SettledHunks {
  readonly hunks: readonly TextHunk[];
  readonly choices: HunkChoices;
}

/** Texts that persons typed and have not saved. */
export const typedTexts = new Kept<string>();

/** Hunks that persons settled of a text that is still open. */
export const settledHunks = new Kept<SettledHunks>();

/** When their author signs out. */
export function forgetTyped(): void {
  typedTexts.forget();
  settledHunks.forget();
}
