import { asSealiftError, SealiftError } from '@sealift/core/errors';
import type { FrozenUpgrade, Hop, PlanStep } from '@sealift/core/plan';
import type { Ports } from '../ports.ts';
import { definitionOf, type Observation, type StepContext, type StepDefinition } from '../steps/registry.ts';
import type { Clock } from './clock.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { ProgressReporter } from './progress-reporter.ts';
import type { Recorder } from './recorder.ts';
import { AbortRequested, RunStopped } from './run-stopped.ts';
import type { Timing } from './timing.ts';
import { isNamedTransient, isTransient } from './transient.ts';

/** What every step of one run shares. */
export interface Run {
  readonly upgrade: FrozenUpgrade;
  readonly ports: Ports;
  readonly recorder: Recorder;
  readonly lease: LeaseKeeper;
  readonly clock: Clock;
  readonly timing: Timing;
  /** Ends with the process, or with the lease. */
  readonly cancel: AbortSignal;
}

/** A step that cannot go on without a person. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly stepId: string;
  readonly failure: SealiftError;

  constructor(stepId: string, failure: SealiftError) {
    super(failure.message, { cause: failure });
    this.stepId = stepId;
    this.failure = failure;
  }
}

/**
 * Runs one step to its postcondition: look; where the desired state is not asked for, record the intent and ask;
 * wait; record the evidence. May be called again at any point.
 *
 * @throws StepFailed, RunStopped, AbortRequested
 */
export async function runStep(run: Run, hop: Hop, step: PlanStep): Promise<void> {
  await new StepRun(run, hop, step).complete();
}

/** Takes a step's effect back in place, where its kind can. @throws StepFailed, RunStopped */
export async function undoStep(run: Run, hop: Hop, step: PlanStep): Promise<void> {
  await new StepRun(run, hop, step).undo();
}

/** The intents of a whole plan: fails before anything acts where the plan lacks something or asks for an unknown kind. */
export function checkPlan(run: Pick<Run, 'upgrade' | 'ports' | 'cancel'>, upgradeId: string): void {
  for (const hop of run.upgrade.plan.hops) {
    for (const step of hop.steps) {
      definitionOf(step).intent({ ...run, upgradeId, hop, step, report: () => undefined });
    }
  }
}

class StepRun {
  readonly #run: Run;
  readonly #definition: StepDefinition;
  readonly #context: StepContext;
  readonly #progress: ProgressReporter;
  readonly #startedAt: number;
  #attempts = 0;
  #unknownFailures = 0;
  #acts = 0;

  constructor(run: Run, hop: Hop, step: PlanStep) {
    this.#run = run;
    this.#definition = definitionOf(step);
    const stop = new AbortController();
    this.#progress = new ProgressReporter(run.recorder, step.id, run.clock, run.timing, (error) => stop.abort(error));
    this.#startedAt = run.clock.monotonic();
    this.#context = {
      upgradeId: run.recorder.upgradeId,
      upgrade: run.upgrade,
      hop,
      step,
      ports: run.ports,
      cancel: AbortSignal.any([run.cancel, stop.signal]),
      report: (fraction, message) => this.#progress.reportSoon(fraction, message),
    };
  }

  async complete(): Promise<void> {
    for (;;) {
      await this.#safePoint();
      const observation = await this.#attempt(() => this.#lookAndAct());
      if (observation?.state === 'done') return this.#finish(observation);
      this.#checkDeadline();
      const pauseMs = observation === null || this.#acts > 1 ? this.#backoffMs() : this.#run.timing.pollMs;
      // Straight after the first act the postcondition often holds already.
      if (observation?.state !== 'act' || this.#acts > 1) await this.#run.clock.sleep(pauseMs, this.#context.cancel);
    }
  }

  async undo(): Promise<void> {
    if (this.#definition.undo === undefined) return;
    const { step } = this.#context;
    await this.#run.recorder.write(step.id, 'intent', { undo: true });
    for (;;) {
      const undone = await this.#attempt(async () => {
        this.#run.lease.assertHeld();
        await this.#definition.undo?.(this.#context);
        return true;
      });
      if (undone === true) return;
      this.#checkDeadline();
      await this.#run.clock.sleep(this.#backoffMs(), this.#context.cancel);
    }
  }

  async #lookAndAct(): Promise<Observation> {
    const observation = await this.#definition.observe(this.#context);
    if (observation.state === 'done') return observation;
    if (observation.state === 'wait') {
      this.#acts = 0;
      await this.#progress.report(observation.fraction, observation.message);
      return observation;
    }
    const { step } = this.#context;
    if (this.#acts === 0) {
      await this.#run.recorder.write(step.id, 'intent', {
        ...this.#definition.intent(this.#context),
        message: observation.message,
      });
    }
    this.#acts += 1;
    this.#run.lease.assertHeld();
    this.#context.cancel.throwIfAborted();
    try {
      await this.#definition.act(this.#context);
    } finally {
      await this.#progress.settled();
    }
    return observation;
  }

  /** One attempt; null after a failure that passes. */
  async #attempt<Result>(work: () => Promise<Result>): Promise<Result | null> {
    try {
      const result = await work();
      this.#attempts = 0;
      this.#unknownFailures = 0;
      return result;
    } catch (error) {
      this.#rethrowStop(error);
      const { step } = this.#context;
      if (!isTransient(error, this.#unknownFailures)) throw new StepFailed(step.id, asSealiftError(error));
      this.#attempts += 1;
      if (!isNamedTransient(error)) this.#unknownFailures += 1;
      const failure = asSealiftError(error);
      await this.#progress.report(0, `trying again: ${failure.message}`);
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

  /** Where pause, abort and the end of the run take hold: nothing is in flight. */
  async #safePoint(): Promise<void> {
    const { cancel } = this.#context;
    if (cancel.aborted) this.#rethrowStop(cancel.reason);
    this.#run.lease.assertHeld();
    const state = await this.#run.recorder.state();
    if (state === 'aborting') throw new AbortRequested();
    if (state === 'paused') throw new RunStopped('paused');
    if (state !== 'running') throw new RunStopped('state-changed');
  }

  async #finish(observation: Observation & { state: 'done' }): Promise<void> {
    const { step } = this.#context;
    await this.#run.recorder.write(step.id, 'evidence', {
      ...observation.evidence,
      message: observation.message,
    });
  }

  #checkDeadline(): void {
    const { deadlineMs } = this.#run.timing;
    if (this.#run.clock.monotonic() - this.#startedAt < deadlineMs) return;
    const { step } = this.#context;
    const values = { step: step.id, minutes: Math.round(deadlineMs / 60_000), waitingFor: this.#progress.message };
    throw new StepFailed(step.id, new SealiftError('STEP_DEADLINE', { place: step.id, values }));
  }

  #backoffMs(): number {
    const { retryFirstMs, retryMostMs } = this.#run.timing;
    return Math.min(retryMostMs, retryFirstMs * 2 ** Math.min(20, Math.max(this.#attempts, this.#acts) - 1));
  }
}
