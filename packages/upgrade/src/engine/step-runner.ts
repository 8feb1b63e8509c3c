import { asSealiftError, SealiftError } from '@sealift/core/errors';
import {
  type Direction,
  type FrozenUpgrade,
  type Hop,
  lifecycle,
  type PlanStep,
  type Wait,
} from '@sealift/core/upgrade';
import type { Ports } from '../ports/ports.ts';
import { definitionOf } from '../steps/registry.ts';
import type { Observation, StepContext, StepDirection } from '../steps/step.ts';
import type { Clock } from './clock.ts';
import { failureWait } from './failure-wait.ts';
import { StepFailed } from './failures.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { ProgressReporter } from './progress-reporter.ts';
import type { Recorder } from './recorder.ts';
import { AbortRequested, RunStopped } from './run-stopped.ts';
import type { Timing } from './timing.ts';
import { Looks } from './silence.ts';
import { isNamedTransient, isTransient } from './transient.ts';

/** What every step of one run shares. */
export interface Run {
  /** To go on, to take back what was done, or only to end: let go and open the console. */
  readonly purpose: 'upgrade' | 'roll-back' | 'end';
  readonly upgrade: FrozenUpgrade;
  readonly ports: Ports;
  readonly recorder: Recorder;
  readonly lease: LeaseKeeper;
  readonly clock: Clock;
  readonly timing: Timing;
  /** Ends with the process, or with the lease. */
  readonly cancel: AbortSignal;
}

/** A step of the plan with where it stands in it. */
export interface PlannedStep {
  readonly hop: Hop;
  readonly hopIndex: number;
  readonly step: PlanStep;
}

/** Every step of a frozen upgrade, in order. */
export function plannedSteps({ plan }: FrozenUpgrade): PlannedStep[] {
  return plan.hops.flatMap((hop, hopIndex) => hop.steps.map((step) => ({ hop, hopIndex, step })));
}

/**
 * Runs one step in one direction to its postcondition: look; where the desired state is not asked for, record the intent and ask;
 * wait; record the evidence. May be called again at any point. A step that has no way back is left as it is.
 *
 * @param before what the step waited for when an earlier run was cut
 * @throws StepFailed, RunStopped, AbortRequested
 */
export async function runStep(
  run: Run,
  planned: PlannedStep,
  direction: Direction,
  before: Wait | null = null,
): Promise<void> {
  const way = definitionOf(planned.step)[direction];
  if (way === undefined) return;
  const step = new StepRun(run, planned, direction, way, before);
  try {
    await step.complete();
  } finally {
    // What the step began and left running ends before anything else is done, or the lease is given back.
    step.leave();
  }
}

/**
 * The intents of taking steps back: fails before anything acts where what they ran before is not known, or where this version has no way back.
 *
 * @throws PLAN_INCOMPLETE, STEP_UNSUPPORTED
 */
export function checkBack(run: Run, steps: readonly PlannedStep[]): void {
  for (const planned of steps) {
    const { step } = planned;
    const { back } = definitionOf(step);
    if (back === undefined) {
      throw new SealiftError('STEP_UNSUPPORTED', { place: step.id, values: { what: `going back on ${step.kind}` } });
    }
    back.intent({ ...run, ...planned, upgradeId: run.recorder.upgradeId, report: () => undefined });
  }
}

/** The intents of a whole plan: fails before anything acts where the plan lacks something or asks for an unknown kind. */
export function checkPlan(run: Pick<Run, 'upgrade' | 'ports' | 'cancel'>, upgradeId: string): void {
  for (const planned of plannedSteps(run.upgrade)) {
    definitionOf(planned.step).forward.intent({ ...run, ...planned, upgradeId, report: () => undefined });
  }
}

/** By how much each pause between two looks that find the same is longer than the one before: so what comes is seen a third too late at most. */
const pollGrowth = 1.5;

/** How often a step that is ended early tries to let go. */
const letGoAttempts = 6;

/**
 * Lets go of what a step holds of others, when the upgrade ends before it.
 *
 * @throws StepFailed where it cannot, RunStopped
 */
export async function letGo(run: Run, planned: PlannedStep): Promise<void> {
  const { recorder, clock, timing, cancel } = run;
  const definition = definitionOf(planned.step);
  const context = { ...run, ...planned, upgradeId: recorder.upgradeId, report: () => undefined };
  for (let attempt = 1; ; attempt += 1) {
    try {
      run.lease.assertHeld();
      return await definition.letGo?.(context);
    } catch (error) {
      if (error instanceof RunStopped) throw error;
      if (cancel.aborted)
        throw cancel.reason instanceof RunStopped ? cancel.reason : new RunStopped('cancelled', error);
      if (attempt >= letGoAttempts || !isTransient(error, attempt)) {
        throw new StepFailed(planned.step.id, asSealiftError(error));
      }
    }
    await clock.sleep(Math.min(timing.retryMostMs, timing.retryFirstMs * 2 ** attempt), cancel);
  }
}

class StepRun {
  readonly #run: Run;
  readonly #direction: Direction;
  readonly #way: StepDirection;
  readonly #context: StepContext;
  readonly #progress: ProgressReporter;
  #startedAt: number;
  readonly #looks: Looks;
  readonly #stop = new AbortController();
  #busy = false;
  #attempts = 0;
  #unknownFailures = 0;
  #acts = 0;
  /** What the last look found on its way, and how long the pause after it was. */
  #seen: string | null = null;
  #pausedMs = 0;

  constructor(run: Run, planned: PlannedStep, direction: Direction, way: StepDirection, before: Wait | null) {
    const { recorder, clock, timing, upgrade, ports } = run;
    this.#run = run;
    this.#direction = direction;
    this.#way = way;
    this.#progress = new ProgressReporter({
      direction,
      clock,
      timing,
      before,
      write: (line) => recorder.write(planned.step.id, line),
      onFailure: (error) => this.#stop.abort(error),
    });
    this.#startedAt = clock.monotonic();
    this.#looks = new Looks({
      step: planned.step,
      clock,
      silentMs: timing.silentMs,
      onSilence: (wait, since) => this.#progress.reportSoon(0, wait, { since }),
    });
    this.#context = {
      ...planned,
      upgradeId: recorder.upgradeId,
      upgrade,
      ports,
      cancel: AbortSignal.any([run.cancel, this.#stop.signal]),
      report: (fraction, wait) => this.#progress.reportSoon(fraction, wait),
    };
  }

  leave(): void {
    this.#stop.abort(new RunStopped('cancelled'));
  }

  async complete(): Promise<void> {
    for (;;) {
      const isPaused = await this.#safePoint();
      const observation = await this.#attempt(() => this.#lookAndAct(isPaused));
      if (observation?.state === 'done') return this.#finish(observation);
      if (observation?.state === 'wait' && observation.forPerson === true) {
        this.#startedAt = this.#run.clock.monotonic();
      }
      this.#checkDeadline();
      const pauseMs = observation === null || this.#acts > 1 ? this.#backoffMs() : this.#pauseMs(observation);
      // Straight after the first act the postcondition often holds already.
      if (observation?.state !== 'act' || this.#acts > 1) await this.#run.clock.sleep(pauseMs, this.#context.cancel);
    }
  }

  /** @param isPaused then nothing is begun any more */
  async #lookAndAct(isPaused: boolean): Promise<Observation> {
    const observation = await this.#look();
    this.#busy = observation.state === 'wait' && observation.busy === true;
    if (observation.state === 'done') return observation;
    if (isPaused && !this.#busy) throw new RunStopped('paused');
    if (observation.state === 'wait') {
      this.#acts = 0;
      const { fraction, wait, machines } = observation;
      await this.#progress.report(fraction, wait, { machines });
      return observation;
    }
    if (this.#acts === 0) {
      const { message } = observation;
      const data = { direction: this.#direction, message, details: this.#way.intent(this.#context) };
      await this.#run.recorder.write(this.#context.step.id, { phase: 'intent', data });
    }
    this.#acts += 1;
    this.#run.lease.assertHeld();
    this.#context.cancel.throwIfAborted();
    // It may have left work running: the next look tells.
    this.#busy = true;
    try {
      await this.#way.act(this.#context);
    } finally {
      await this.#progress.settled();
    }
    return observation;
  }

  async #look(): Promise<Observation> {
    try {
      return await this.#looks.look(() => this.#way.observe(this.#context));
    } finally {
      await this.#progress.settled();
    }
  }

  /** One attempt; null after a failure that passes. */
  async #attempt(work: () => Promise<Observation>): Promise<Observation | null> {
    try {
      const result = await work();
      this.#attempts = 0;
      this.#unknownFailures = 0;
      return result;
    } catch (error) {
      this.#rethrowStop(error);
      const failure = asSealiftError(error);
      if (!isTransient(error, this.#unknownFailures)) throw new StepFailed(this.#context.step.id, failure);
      this.#attempts += 1;
      if (!isNamedTransient(error)) this.#unknownFailures += 1;
      // Since it was answered last, not since one gave up waiting for it.
      const since = this.#looks.unheardSince;
      await this.#progress.report(0, failureWait(failure, since !== undefined), { since });
      return null;
    }
  }

  /** A failure that comes from the end of the run is not the step's. */
  #rethrowStop(error: unknown): void {
    if (error instanceof RunStopped) throw error;
    const { cancel } = this.#context;
    if (!cancel.aborted) return;
    throw cancel.reason instanceof RunStopped ? cancel.reason : new RunStopped('cancelled', error);
  }

  /**
   * Where pause, abort and the end of the run take hold: nothing is in flight, but for work that a pause lets end. What ends an upgrade is done
   * whole.
   *
   * @returns whether it is paused, and only work that is under way goes on
   */
  async #safePoint(): Promise<boolean> {
    const { cancel } = this.#context;
    if (cancel.aborted) this.#rethrowStop(cancel.reason);
    this.#run.lease.assertHeld();
    const state = await this.#run.recorder.state();
    const { purpose } = this.#run;
    if (purpose === 'end' && state !== null && lifecycle[state].needsEngine) return false;
    if (state === 'aborting') throw new AbortRequested();
    const [moving, paused] =
      purpose === 'roll-back' ? (['rolling-back', 'rollback-paused'] as const) : (['running', 'paused'] as const);
    if (state === paused && this.#busy) return true;
    if (state === paused) throw new RunStopped('paused');
    if (state !== moving) throw new RunStopped('state-changed');
    return false;
  }

  async #finish({ message, evidence: details }: Observation & { state: 'done' }): Promise<void> {
    const data = { direction: this.#direction, message, details };
    await this.#run.recorder.write(this.#context.step.id, { phase: 'evidence', data });
  }

  #checkDeadline(): void {
    const { deadlineMs } = this.#run.timing;
    if (this.#run.clock.monotonic() - this.#startedAt < deadlineMs) return;
    const { step } = this.#context;
    const values = { step: step.id, minutes: Math.round(deadlineMs / 60_000), waitingFor: this.#progress.waitsFor };
    throw new StepFailed(step.id, new SealiftError('STEP_DEADLINE', { place: step.id, values }));
  }

  /** What changes is looked at again soon, what stays as it is ever later: a look costs those who are asked. */
  #pauseMs(observation: Observation): number {
    const { pollMs, pollMostMs } = this.#run.timing;
    const seen = observation.state === 'wait' ? JSON.stringify([observation.wait.what, observation.fraction]) : null;
    const isSame = seen !== null && seen === this.#seen;
    this.#seen = seen;
    this.#pausedMs = isSame ? Math.min(pollMostMs, this.#pausedMs * pollGrowth) : pollMs;
    return this.#pausedMs;
  }

  #backoffMs(): number {
    const { retryFirstMs, retryMostMs } = this.#run.timing;
    return Math.min(retryMostMs, retryFirstMs * 2 ** Math.min(20, Math.max(this.#attempts, this.#acts) - 1));
  }
}
