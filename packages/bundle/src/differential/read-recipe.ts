import { SealiftError } from '@sealift/core/errors';
import { fromZigzag, NumberDecoder } from './numbers.ts';
import { recipeMagic, type RecipeEnds, type RecipeStep } from './recipe.ts';

/** Sizes that a recipe must keep to, in bytes. */
export interface RecipeBounds {
  readonly target: number;
  readonly base: number;
  readonly delta: number;
}

/**
 * Reads a recipe while it streams and checks each step before it gives it: the one encoding, inside of both blobs, together
 * the target's size.
 *
 * @throws RECIPE_INVALID
 */
export async function* readRecipe(
  chunks: AsyncIterable<Uint8Array>,
  bounds: RecipeBounds,
  place: string,
): AsyncGenerator<RecipeStep, void, undefined> {
  const refuse = (reason: string) => new SealiftError('RECIPE_INVALID', { values: { what: place, reason }, place });
  const decoder = new StepDecoder(refuse);
  let total = 0;
  for await (const chunk of chunks) {
    for (const byte of chunk) {
      const step = decoder.next(byte);
      if (step === undefined) continue;
      total += step.length;
      if (step.offset < 0 || step.offset + step.length > bounds[step.from]) {
        throw refuse(`a step lies outside of the ${step.from}`);
      }
      if (total > bounds.target) throw refuse('it makes more than it should');
      yield step;
    }
  }
  decoder.end();
  if (total !== bounds.target) throw refuse(`it makes ${total} bytes instead of ${bounds.target}`);
}

/** Bytes in, steps out. */
class StepDecoder {
  readonly #refuse: (reason: string) => SealiftError;
  readonly #numbers: NumberDecoder;
  readonly #ends: RecipeEnds = { base: 0, delta: 0 };
  #magicRead = 0;
  #head: number | undefined;
  #last: RecipeStep | undefined;

  constructor(refuse: (reason: string) => SealiftError) {
    this.#refuse = refuse;
    this.#numbers = new NumberDecoder(refuse);
  }

  next(byte: number): RecipeStep | undefined {
    if (this.#magicRead < recipeMagic.length) {
      if (byte !== recipeMagic.charCodeAt(this.#magicRead)) throw this.#refuse('it is not a recipe of a known version');
      this.#magicRead += 1;
      return undefined;
    }
    const number = this.#numbers.next(byte);
    if (number === undefined) return undefined;
    if (this.#head !== undefined) return this.#step(this.#head, number);
    if (number < 2) throw this.#refuse('a step is empty');
    this.#head = number;
    return undefined;
  }

  end(): void {
    const whole = this.#magicRead === recipeMagic.length && this.#head === undefined && this.#numbers.isBetween;
    if (!whole) throw this.#refuse('it ends inside of a step');
  }

  #step(head: number, second: number): RecipeStep {
    const from = head % 2 === 1 ? 'delta' : 'base';
    const distance = fromZigzag(second);
    if (distance === 0 && this.#last?.from === from) throw this.#refuse('two steps should be one');
    const step = { from, offset: this.#ends[from] + distance, length: Math.floor(head / 2) } as const;
    this.#ends[from] = step.offset + step.length;
    this.#last = step;
    this.#head = undefined;
    return step;
  }
}
