import { type PlanStep, type SeenWait, type StepKind, waitingFor } from '@sealift/core/upgrade';
import type { Clock } from './clock.ts';
import { progressUnknown } from './failure-wait.ts';

/** Steps that look at more, or at something else, than the cluster. */
const asked: Readonly<Partial<Record<StepKind, string>>> = {
  template: 'vCenter',
  cns: 'the cluster and vCenter',
};

/** What a step waits for whose look is not answered: how things stand is unknown since the last answer, which is no failure yet. */
function silence({ kind }: Pick<PlanStep, 'kind'>): SeenWait {
  const whom = asked[kind] ?? 'the cluster';
  return waitingFor(`an answer of ${whom}`, {
    level: 'stalled',
    impact: progressUnknown,
    remedy: `Look whether ${whom} can be reached from the console. It is asked again by itself.`,
  });
}

/** What the looks of one step need. */
interface LookOptions {
  readonly step: Pick<PlanStep, 'kind'>;
  readonly clock: Clock;
  readonly silentMs: number;
  /** Called when a look has no answer for so long, with when the last one had one. */
  readonly onSilence: (wait: SeenWait, since: Date) => void;
}

/** The looks of one step. One that gets no answer is told of meanwhile: what is shown gets older, and nobody would know. */
export class Looks {
  readonly #options: LookOptions;
  /** When a look was answered last; before the first one, when the step began. */
  #heardAt: Date;
  #isUnheard = false;

  constructor(options: LookOptions) {
    this.#options = options;
    this.#heardAt = options.clock.now();
  }

  /** When a look was answered last, where the latest was not; undefined where it was. */
  get unheardSince(): Date | undefined {
    return this.#isUnheard ? this.#heardAt : undefined;
  }

  async look<Answer>(observe: () => Promise<Answer>): Promise<Answer> {
    const { clock, silentMs, step, onSilence } = this.#options;
    const ended = new AbortController();
    void clock.sleep(silentMs, ended.signal).then(() => {
      if (!ended.signal.aborted) onSilence(silence(step), this.#heardAt);
    });
    this.#isUnheard = true;
    try {
      const answer = await observe();
      this.#heardAt = clock.now();
      this.#isUnheard = false;
      return answer;
    } finally {
      ended.abort();
    }
  }
}
