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
  #bytes = Buffer.alloc(64 * 1024);
  #length = this.#bytes.write(recipeMagic, 'latin1');
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
    return this.#bytes.subarray(0, this.#length);
  }

  #flush(): void {
    const step = this.#last;
    if (step === undefined) return;
    const distance = step.offset - this.#ends[step.from];
    this.#number(step.length * 2 + (step.from === 'delta' ? 1 : 0));
    this.#number(distance < 0 ? -distance * 2 - 1 : distance * 2);
    this.#ends[step.from] = step.offset + step.length;
  }

  #number(value: number): void {
    if (this.#bytes.length - this.#length < 16) this.#bytes = Buffer.concat([this.#bytes], this.#bytes.length * 2);
    let rest = value;
    while (rest >= 0x80) {
      this.#length = this.#bytes.writeUInt8((rest % 0x80) + 0x80, this.#length);
      rest = Math.floor(rest / 0x80);
    }
    this.#length = this.#bytes.writeUInt8(rest, this.#length);
  }
}
