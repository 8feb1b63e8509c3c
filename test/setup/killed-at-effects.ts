import type { AtEffect, PreviewedPoint } from './previewed-point.ts';

/** Kills (SIGKILL) the console of a platform once before and once after each effect on its cluster, and starts it again. */
export class KilledAtEffects {
  readonly #point: PreviewedPoint;
  /** At what it was killed, in order: `before …` and `after …`. */
  readonly killed: string[] = [];
  #tellGone: () => void = () => undefined;

  constructor(point: PreviewedPoint) {
    this.#point = point;
  }

  readonly atEffect: AtEffect = async (when, effect) => {
    const moment = `${when} ${effect}`;
    if (this.killed.includes(moment)) return;
    this.killed.push(moment);
    await this.#point.killServer();
    this.#tellGone();
    throw new Error('the server is gone');
  };

  /** Starts the console anew each time, until what is waited for has come. */
  async until<Result>(end: Promise<Result>): Promise<Result> {
    for (;;) {
      const gone = new Promise<null>((done) => {
        this.#tellGone = () => done(null);
      });
      const first = await Promise.race([gone, end]);
      if (first !== null) return first;
      await this.#point.startServer();
    }
  }
}
