import type { JournalRecord } from '@sealift/core/api';
import {
  type Direction,
  isFinal,
  type JournalEntry,
  lifecycle,
  type Plan,
  type PlanStep,
  personEvents,
  stepsOfPlan,
  type UpgradeEvent,
  type UpgradeState,
} from '@sealift/core/upgrade';

type StepLine = Extract<JournalEntry, { readonly data: { readonly direction: Direction } }>;
type StateLine = Extract<JournalEntry, { readonly phase: 'state' }>;

/** Since when the upgrade is in its state, and the one step whose lines may still come from before. */
interface Turn {
  readonly epoch: number;
  readonly byPerson: boolean;
  straggler: string | null;
}

/** The name under which a plan that cannot be begun has failed. */
const wholePlan = 'plan';

/**
 * Follows a journal, line by line, through what the lifecycle and the engine's rules allow. Whatever wrote it, a journal that is no
 * such path tells of a mistake.
 */
export class JournalPath {
  readonly #steps: readonly PlanStep[] | null;
  #state: UpgradeState;
  #turn: Turn = { epoch: 0, byPerson: false, straggler: null };
  #epoch = 0;
  readonly #begun = new Set<string>();
  readonly #done = new Set<string>();
  /** What was last written of a step, in which run. */
  #last: { epoch: number; step: string; direction: Direction; fraction: number } | null = null;
  /** The run in which a step has failed. */
  #failedIn = -1;

  /** @param plan without it the order of the steps is not looked at */
  constructor(plan: Plan | null, state: UpgradeState = 'ready') {
    this.#steps = plan === null ? null : stepsOfPlan(plan);
    this.#state = state;
  }

  /** What of the past decides which lines may follow. */
  get position(): string {
    const { step, direction, fraction } = this.#last ?? {};
    const failed = this.#failedIn === this.#epoch;
    return [this.#state, [...this.#begun], [...this.#done], step, direction, fraction, failed].join('|');
  }

  /** Whether an effect of a step may take place now: its intent is the last that was said of it. */
  isUnderWay(step: string, direction: Direction): boolean {
    return this.#last?.step === step && this.#last.direction === direction && this.#begun.has(step);
  }

  /** @returns why the line cannot follow; null where it can */
  add(entry: JournalEntry): string | null {
    if (entry.epoch < this.#epoch) return `epoch ${entry.epoch} writes after epoch ${this.#epoch}`;
    this.#epoch = entry.epoch;
    return entry.phase === 'state' ? this.#turnTo(entry) : this.#step(entry);
  }

  #turnTo({ data: { state: to, by }, epoch }: StateLine): string | null {
    const from = this.#state;
    const events = Object.entries(lifecycle[from].on).filter(([, after]) => after === to);
    const names = events.map(([event]) => event as UpgradeEvent);
    if (names.length === 0) return `nothing leads from ${from} to ${to}`;
    const ofPeople: readonly string[] = personEvents;
    if (!names.some((event) => ofPeople.includes(event) === (by !== undefined))) {
      return `${names.join(' or ')} is not ${by === undefined ? 'the engine’s' : 'a person’s'}`;
    }
    const missing = this.#steps?.find(({ id }) => !this.#done.has(id));
    if (to === 'succeeded' && missing !== undefined) return `it ends well without evidence of ${missing.id}`;
    if (names.includes('fail') && this.#failedIn !== epoch) return 'it failed, and no step did';
    this.#state = to;
    this.#turn = { epoch, byPerson: by !== undefined, straggler: null };
    // The failure is why it turned; what comes now is the way back.
    if (isWayBack(to)) this.#failedIn = -1;
    return null;
  }

  #step(entry: StepLine): string | null {
    const { stepId: step, epoch, phase, data } = entry;
    const { direction } = data;
    if (this.#state === 'ready') return `${step} is begun before the upgrade is taken up`;
    if (isFinal(this.#state)) return `${step} goes on after the end`;
    if (step === wholePlan && phase === 'failure') {
      this.#failedIn = epoch;
      return null;
    }
    const refused = direction === 'forward' ? this.#refuseForward(entry) : this.#refuseBack(entry);
    if (refused !== null) return refused;
    const same = this.#last?.epoch === epoch && this.#last.step === step && this.#last.direction === direction;
    const before = same ? (this.#last?.fraction ?? 0) : 0;
    const fraction = phase === 'progress' ? data.fraction : before;
    if (fraction < before) return `${step} goes back from ${before} to ${fraction}`;
    this.#last = { epoch, step, direction, fraction };
    this.#note(entry);
    return null;
  }

  #note({ stepId, phase, epoch, data: { direction } }: StepLine): void {
    if (phase === 'failure' && direction === 'forward') this.#failedIn = epoch;
    if (phase === 'intent') {
      this.#begun.add(stepId);
      this.#done.delete(stepId);
    }
    if (phase !== 'evidence') return;
    if (direction === 'forward') {
      this.#begun.add(stepId);
      this.#done.add(stepId);
    } else {
      this.#begun.delete(stepId);
      this.#done.delete(stepId);
    }
  }

  #refuseForward({ stepId, epoch }: StepLine): string | null {
    const late = lifecycle[this.#state].on.finish === undefined ? this.#refuseLate(stepId, epoch) : null;
    if (late !== null) return late;
    if (isWayBack(this.#state)) {
      // For the way back the console is locked again.
      if (this.#isLock(stepId)) return null;
      // A person who pauses and then goes back may be faster than the step that was under way.
      const isStraggler = this.#turn.byPerson && this.#refuseLate(stepId, epoch) === null;
      return isStraggler ? null : `${stepId} goes on, on the way back`;
    }
    if (this.#done.has(stepId)) return `${stepId} is done, and is done again`;
    if (this.#failedIn === epoch) return `${stepId} goes on in the run in which a step has failed`;
    if (this.#steps === null) return null;
    const index = this.#steps.findIndex(({ id }) => id === stepId);
    if (index === -1) return `${stepId} is in no plan`;
    const before = this.#steps.slice(0, index).find(({ id }) => !this.#done.has(id));
    return before === undefined ? null : `${stepId} is begun before ${before.id} is done`;
  }

  /** The engine looks at the state, a person changes it, the engine writes: of one step, in that one run. */
  #refuseLate(stepId: string, epoch: number): string | null {
    if (epoch !== this.#turn.epoch) return `${stepId} is begun while the upgrade is ${this.#state}`;
    this.#turn.straggler ??= stepId;
    return this.#turn.straggler === stepId ? null : `${stepId} too is begun while the upgrade is ${this.#state}`;
  }

  #isLock(stepId: string): boolean {
    return this.#steps?.find(({ id }) => id === stepId)?.kind === 'lock-console';
  }

  #refuseBack({ stepId, epoch, phase }: StepLine): string | null {
    const { needsEngine, on } = lifecycle[this.#state];
    const late = needsEngine ? null : this.#refuseLate(stepId, epoch);
    if (late !== null) return late;
    if (on.finish === 'succeeded' && this.#failedIn !== epoch) return `${stepId} is taken back, and nothing has failed`;
    // Who cannot let go is told of in the plan's order.
    if (this.#steps === null || phase === 'failure') return null;
    const index = this.#steps.findIndex(({ id }) => id === stepId);
    if (index === -1) return `${stepId} is in no plan`;
    // The console is locked with the confirmation, before the first line.
    if (!this.#begun.has(stepId) && !this.#isLock(stepId)) return `${stepId} was never begun`;
    const { epoch: run, direction, step } = this.#last ?? {};
    const isFirst = run !== epoch || direction !== 'back';
    if (isFirst || index <= this.#steps.findIndex(({ id }) => id === step)) return null;
    return `${stepId} is taken back after ${step}, which was begun before it`;
  }
}

/** Whether what comes to its end well in a state is a way back. */
function isWayBack(state: UpgradeState): boolean {
  const { finish } = lifecycle[state].on;
  return finish !== undefined && finish !== 'succeeded';
}

/**
 * Judges a whole journal.
 *
 * @param entries of one upgrade, oldest first
 * @param state in which the upgrade was before the first line
 * @returns the first line that cannot follow, with the reason; null where it is a path
 */
export function troubleOfJournal(
  entries: readonly JournalEntry[],
  plan: Plan | null,
  state: UpgradeState = 'ready',
): string | null {
  const path = new JournalPath(plan, state);
  for (const [index, entry] of entries.entries()) {
    const trouble = path.add(entry);
    if (trouble !== null) return `line ${index + 1} (${entry.phase} ${entry.stepId}): ${trouble}`;
  }
  return null;
}

/** A journal as the API gives it; a line that cannot be read is left out. */
export function journalOf(upgradeId: string, records: readonly JournalRecord[]): JournalEntry[] {
  return records.flatMap(({ line, stepId, epoch, at }) =>
    line === null ? [] : [{ ...line, upgradeId, stepId, epoch, at }],
  );
}
