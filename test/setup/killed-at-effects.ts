import type { AtEffect, PreviewedPoint } from './previewed-point.ts';

/** Kills (SIGKILL) the console of a platform once before and once after each effect on its cluster, and starts it again. */
export class KilledAtEffects {
  readonly #point: PreviewedPoint;
  /** At what it was killed, in order: `before …` and `after …`. */
  readonly killed: string[] = [];
  #gone = Promise.withResolvers<null>();
  #starting: Promise<void> = Promise.resolve();

  constructor(point: PreviewedPoint) {
    this.#point = point;
  }

  readonly atEffect: AtEffect = async (when, effect) => {
    const moment = `${when} ${effect}`;
    if (this.killed.includes(moment)) return;
    this.killed.push(moment);
    // One that acts while it still starts is killed once it has started.
    await this.#starting;
    await this.#point.killServer();
    this.#gone.resolve(null);
    throw new Error('the server is gone');
  };

  /** Starts the console anew each time, until what is waited for has come. */
  async until<Result>(end: Promise<Result>): Promise<Result> {
    for (;;) {
      const first = await Promise.race([this.#gone.promise, end]);
      if (first !== null) return first;
      this.#gone = Promise.withResolvers();
      this.#starting = this.#point.startServer();
      await this.#starting;
    }
  }
}
