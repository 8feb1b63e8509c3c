import type { HunkChoice, MergePath } from '@sealift/core/merge';

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

/** Hunks of a long text that were settled, or opened again (null), and are not saved yet. */
export interface UnsavedHunks {
  readonly layer: string;
  readonly path: MergePath;
  /** Which three texts, and how many hunks of them a person decides. */
  readonly texts: string;
  readonly of: number;
  readonly choices: ReadonlyMap<number, HunkChoice | null>;
}

/** Texts that persons typed and have not saved. */
export const typedTexts = new Kept<string>();

/** Hunks that wait to be saved, by the key of their row; about an upgrade. */
export const unsavedHunks = new Kept<ReadonlyMap<string, UnsavedHunks>>();

/** When their author signs out. */
export function forgetTyped(): void {
  typedTexts.forget();
  unsavedHunks.forget();
}
