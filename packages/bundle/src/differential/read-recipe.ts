import { SealiftError } from '@sealift/core/errors';
import { recipeMagic, type RecipeEnds, type RecipeStep } from './recipe.ts';

/** Sizes that a recipe must keep to, in bytes. */
export interface RecipeBounds {
  readonly target: number;
  readonly base: number;
  readonly delta: number;
}

/** Seven bits a byte: what fits into the 53 bits of a safe integer. */
const maxNumberBytes = 8;

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
  readonly #ends: RecipeEnds = { base: 0, delta: 0 };
  #magicRead = 0;
  #head: number | undefined;
  #value = 0;
  #valueBytes = 0;
  #last: RecipeStep | undefined;

  constructor(refuse: (reason: string) => SealiftError) {
    this.#refuse = refuse;
  }

  next(byte: number): RecipeStep | undefined {
    if (this.#magicRead < recipeMagic.length) {
      if (byte !== recipeMagic.charCodeAt(this.#magicRead)) throw this.#refuse('it is not a recipe of a known version');
      this.#magicRead += 1;
      return undefined;
    }
    const number = this.#number(byte);
    if (number === undefined) return undefined;
    if (this.#head !== undefined) return this.#step(this.#head, number);
    if (number < 2) throw this.#refuse('a step is empty');
    this.#head = number;
    return undefined;
  }

  end(): void {
    const whole = this.#magicRead === recipeMagic.length && this.#head === undefined && this.#valueBytes === 0;
    if (!whole) throw this.#refuse('it ends inside of a step');
  }

  #number(byte: number): number | undefined {
    this.#value += (byte & 0x7f) * 0x80 ** this.#valueBytes;
    this.#valueBytes += 1;
    if (byte >= 0x80) {
      if (this.#valueBytes === maxNumberBytes) throw this.#refuse('a number is too large');
      return undefined;
    }
    const value = this.#value;
    if (!Number.isSafeInteger(value)) throw this.#refuse('a number is too large');
    if (byte === 0 && this.#valueBytes > 1) throw this.#refuse('a number is written with more bytes than it needs');
    this.#value = 0;
    this.#valueBytes = 0;
    return value;
  }

  #step(head: number, zigzag: number): RecipeStep {
    const from = head % 2 === 1 ? 'delta' : 'base';
    const distance = zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
    if (distance === 0 && this.#last?.from === from) throw this.#refuse('two steps should be one');
    const step = { from, offset: this.#ends[from] + distance, length: Math.floor(head / 2) } as const;
    this.#ends[from] = step.offset + step.length;
    this.#last = step;
    this.#head = undefined;
    return step;
  }
}
