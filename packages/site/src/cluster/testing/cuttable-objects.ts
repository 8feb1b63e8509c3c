import { Objects } from '@sealift/kubernetes/objects';

/** A cut that was set. */
export interface Cut {
  /** How many effects there were so far; the one that was cut counts. */
  count(): number;
  /** Ends it: no effect is cut any more. */
  stop(): void;
}

/** The verbs on a real API server, of which an effect can be cut: before it is done, or with its answer lost. */
export class CuttableObjects extends Objects {
  #effects = 0;
  #cut: { readonly when: 'before' | 'after'; readonly at: number } | undefined;

  /** Done before each effect, as by somebody else at that moment. */
  meanwhile: ((effects: number) => Promise<void>) | undefined;

  /** Cuts an effect, counted from 1, as a crash does. */
  cut(when: 'before' | 'after', at: number): Cut {
    this.#effects = 0;
    this.#cut = { when, at };
    let last: number | undefined;
    return {
      count: () => last ?? this.#effects,
      stop: () => {
        last = this.#effects;
        this.#cut = undefined;
      },
    };
  }

  override create(...given: Parameters<Objects['create']>): ReturnType<Objects['create']> {
    return this.#effect(() => super.create(...given));
  }

  override mergePatch(...given: Parameters<Objects['mergePatch']>): ReturnType<Objects['mergePatch']> {
    return this.#effect(() => super.mergePatch(...given));
  }

  override setStatus(...given: Parameters<Objects['setStatus']>): ReturnType<Objects['setStatus']> {
    return this.#effect(() => super.setStatus(...given));
  }

  async #effect<Result>(effect: () => Promise<Result>): Promise<Result> {
    this.#effects += 1;
    await this.meanwhile?.(this.#effects);
    const isCut = this.#effects === this.#cut?.at;
    if (isCut && this.#cut?.when === 'before') throw new Error('cut before the effect');
    const result = await effect();
    if (isCut) throw new Error('cut after the effect');
    return result;
  }
}
