import { NumberWriter, zigzag } from './numbers.ts';

/** What a recipe begins with. */
export const recipeMagic = 'sealift recipe 1\n';

/** A piece of content: taken from the base blob or from the delta blob that travels in the bundle. */
export interface RecipeStep {
  readonly from: 'base' | 'delta';
  /** In bytes, from the start of that blob. */
  readonly offset: number;
  /** In bytes; at least one. */
  readonly length: number;
}

/** Where the last step of each kind ended: the next one's offset is written as the distance from there. */
export interface RecipeEnds {
  base: number;
  delta: number;
}

/**
 * Writes a recipe: `recipeMagic`, then for each step two unsigned LEB128 numbers (DWARF 5, section 7.6), `2 × length`, plus one when it
 * is from the delta, and the zigzag of the distance between its offset and the end of the last step of its kind. Steps that
 * continue one another are one, so there is one encoding for each list of pieces.
 */
export class RecipeWriter {
  readonly #numbers = new NumberWriter(recipeMagic);
  #last: RecipeStep | undefined;
  readonly #ends: RecipeEnds = { base: 0, delta: 0 };

  add(step: RecipeStep): void {
    const last = this.#last;
    if (last !== undefined && last.from === step.from && last.offset + last.length === step.offset) {
      this.#last = { ...last, length: last.length + step.length };
      return;
    }
    this.#flush();
    this.#last = step;
  }

  /** The encoded recipe. */
  end(): Buffer {
    this.#flush();
    this.#last = undefined;
    return this.#numbers.end();
  }

  #flush(): void {
    const step = this.#last;
    if (step === undefined) return;
    this.#numbers.add(step.length * 2 + (step.from === 'delta' ? 1 : 0));
    this.#numbers.add(zigzag(step.offset - this.#ends[step.from]));
    this.#ends[step.from] = step.offset + step.length;
  }
}
