import type { ReleasePlace } from '@sealift/kubernetes/helm-releases';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { LayerPlace, LayerWork } from '@sealift/upgrade/ports/cluster';

/** The rest of some work, which takes its time. @param at is told the release that helm works on; null when it does not */
export type Rest = (at: (release: ReleasePlace | null) => void) => Promise<void>;

/** Work on a layer that goes on, or that has failed without anybody having been told. */
interface LayerRun {
  readonly work: LayerWork;
  readonly since: string;
  readonly cancel: Cancel;
  readonly ended: Promise<void>;
  release: ReleasePlace | null;
  failure?: unknown;
  isEnded: boolean;
}

/** What one of them is doing. */
export type Underway = Pick<LayerRun, 'work' | 'since' | 'release'>;

/**
 * The work on layers that goes on in this process after the call that began it has returned: one at a time for a layer, ended with the signal of
 * that call, or with `close`. Its failure is thrown to who asks for the same again; nobody asks any more after its signal.
 */
export class LayerRuns {
  readonly #runs = new Map<string, LayerRun>();
  readonly #closing = new AbortController();
  #beginning = 0;

  /** Whether work goes on, or is just being begun. */
  get isBusy(): boolean {
    return this.#beginning > 0 || [...this.#runs.values()].some(({ isEnded }) => !isEnded);
  }

  /** What is done to a layer now; undefined where nothing is. */
  find(place: LayerPlace): Underway | undefined {
    const run = this.#runs.get(keyOf(place));
    return run === undefined || run.isEnded ? undefined : run;
  }

  /**
   * Begins the work, unless the same is under way.
   *
   * @param begin refuses what can be refused and begins; null where nothing is to be done
   * @throws what `begin` throws, and once what the same work failed with
   */
  async ask(
    place: LayerPlace,
    work: LayerWork,
    begin: (cancel: Cancel) => Promise<Rest | null>,
    given: Cancel,
  ): Promise<void> {
    this.#beginning += 1;
    try {
      await this.#ask(keyOf(place), work, begin, given);
    } finally {
      this.#beginning -= 1;
    }
  }

  async #ask(
    key: string,
    work: LayerWork,
    begin: (cancel: Cancel) => Promise<Rest | null>,
    given: Cancel,
  ): Promise<void> {
    const known = this.#runs.get(key);
    if (known !== undefined) {
      const isSame = isSameWork(known.work, work) && !known.cancel.aborted;
      if (isSame && !known.isEnded) return;
      await known.ended;
      if (this.#runs.get(key) === known) this.#runs.delete(key);
      if (isSame && known.failure !== undefined) throw known.failure;
    }
    const cancel = AbortSignal.any([given, this.#closing.signal]);
    const rest = await begin(cancel);
    if (rest !== null) this.#start(key, { work, cancel }, rest);
  }

  /** Returns when all has ended whose signal has: helm may still be dying of it. */
  async cancelled(): Promise<void> {
    const ending = [...this.#runs.values()].filter(({ cancel }) => cancel.aborted);
    await Promise.all(ending.map(({ ended }) => ended));
  }

  /** Ends what goes on, and returns when it has ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
    this.#runs.clear();
  }

  #start(key: string, { work, cancel }: Pick<LayerRun, 'work' | 'cancel'>, rest: Rest): void {
    const goOn = async (): Promise<void> => {
      try {
        await rest((release) => {
          run.release = release;
        });
        if (this.#runs.get(key) === run) this.#runs.delete(key);
      } catch (error) {
        run.failure = error;
      } finally {
        run.isEnded = true;
      }
    };
    // Not before the run is known.
    const ended = Promise.resolve().then(goOn);
    const run: LayerRun = { work, since: new Date().toISOString(), cancel, ended, release: null, isEnded: false };
    this.#runs.set(key, run);
  }
}

function keyOf({ layer, pack }: LayerPlace): string {
  return `${layer}/${pack}`;
}

function isSameWork(a: LayerWork, b: LayerWork): boolean {
  if (a.doing === 'remove') return b.doing === 'remove';
  return b.doing === 'apply' && a.version === b.version && a.digest === b.digest && a.valuesHash === b.valuesHash;
}
