import { asSealiftError, SealiftError } from '@sealift/core/errors';
import {
  begunSteps,
  changesPlatform,
  type Direction,
  doneSteps,
  type FrozenUpgrade,
  type JournalEntry,
  lifecycle,
  shutBy,
  type UpgradeState,
} from '@sealift/core/upgrade';
import { hashOfFrozen } from '../frozen.ts';
import type { JournalPort } from '../ports/journal.ts';
import type { LeasePort } from '../ports/lease.ts';
import type { Ports } from '../ports/ports.ts';
import { type Clock, systemClock } from './clock.ts';
import { journalled, StepFailed } from './failures.ts';
import { lastWait } from './last-wait.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { isUnreadable, Recorder, reading } from './recorder.ts';
import { recordFailure, letGoOf, rollBack } from './roll-back.ts';
import { AbortRequested, RunStopped, type StopReason } from './run-stopped.ts';
import { checkPlan, type PlannedStep, plannedSteps, type Run, runStep } from './step-runner.ts';
import { defaultTiming, type Timing } from './timing.ts';

/** What an engine needs. */
export interface EngineOptions {
  readonly journal: JournalPort;
  readonly lease: LeasePort;
  readonly ports: Ports;
  /** This process, unique: a restarted process must not be taken for the one that died. */
  readonly holder: string;
  readonly timing?: Partial<Timing>;
  readonly clock?: Clock;
  /** Called after each line of the journal; must return quickly and not throw. */
  readonly onChange?: (upgradeId: string) => void;
}

/** How a run ended: the upgrade rests in `state`, or it is unfinished and another run goes on with it. */
export type RunOutcome =
  | { readonly upgradeId: string; readonly result: 'rested'; readonly state: UpgradeState }
  | {
      readonly upgradeId: string;
      readonly result: 'stopped';
      readonly reason: StopReason;
      /** What made it stop, for the log of the process. */
      readonly cause?: unknown;
    };

/**
 * Executes frozen upgrades, one at a time, from their journal. Several engines may share one journal; the lease lets
 * one of them act.
 *
 * @example
 * const engine = new Engine({ journal, lease, ports, holder: randomUUID() });
 * void engine.watch(stop.signal);       // takes up what an earlier process left
 * await engine.run(upgradeId);          // after confirm
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #timing: Timing;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #current: { readonly upgradeId: string; readonly outcome: Promise<RunOutcome> } | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Runs a confirmed upgrade until it rests or has to stop. A second call for the same upgrade joins the first.
   *
   * @throws UPGRADE_NOT_FOUND
   */
  run(upgradeId: string): Promise<RunOutcome> {
    if (this.#current !== null) {
      if (this.#current.upgradeId === upgradeId) return this.#current.outcome;
      return Promise.resolve({ upgradeId, result: 'stopped', reason: 'lease-held' });
    }
    const outcome = this.#run(upgradeId).finally(() => {
      this.#current = null;
    });
    this.#current = { upgradeId, outcome };
    return outcome;
  }

  /** Takes up every upgrade that an earlier process left unfinished. */
  async resumeUnfinished(): Promise<RunOutcome[]> {
    const outcomes: RunOutcome[] = [];
    for (const upgradeId of await this.#options.journal.unfinished()) outcomes.push(await this.run(upgradeId));
    return outcomes;
  }

  /**
   * Keeps taking up unfinished upgrades until cancelled or closed: after a crash, a lost lease, a journal that was away.
   *
   * @param onOutcome told of every run that was tried, for the log of the process.
   */
  async watch(
    cancel: AbortSignal,
    onFailure: (error: unknown) => void = () => undefined,
    onOutcome: (outcome: RunOutcome) => void = () => undefined,
  ): Promise<void> {
    const ended = AbortSignal.any([cancel, this.#stop.signal]);
    while (!ended.aborted) {
      await this.resumeUnfinished().then((outcomes) => outcomes.forEach(onOutcome), onFailure);
      await this.#clock.sleep(this.#timing.watchMs, ended);
    }
  }

  /** Stops at the next safe point and gives the lease back; another engine can go on at once. */
  async close(): Promise<void> {
    this.#stop.abort(new RunStopped('cancelled'));
    await this.#current?.outcome.catch(() => undefined);
  }

  async #run(upgradeId: string): Promise<RunOutcome> {
    let lease: LeaseKeeper | null = null;
    try {
      lease = await reading(() =>
        LeaseKeeper.acquire(this.#options.lease, this.#options.holder, this.#timing.leaseTtlMs, this.#clock),
      );
      if (lease === null) return { upgradeId, result: 'stopped', reason: 'lease-held' };
      return { upgradeId, result: 'rested', state: await this.#runHolding(upgradeId, lease) };
    } catch (error) {
      if (error instanceof RunStopped) {
        const { reason, cause } = error;
        return { upgradeId, result: 'stopped', reason, ...(cause === undefined ? {} : { cause }) };
      }
      throw error;
    } finally {
      if (lease !== null) await this.#giveBack(lease);
    }
  }

  /** The next holder may begin at once, so what this one began has to have ended. */
  async #giveBack(lease: LeaseKeeper): Promise<void> {
    const { cluster } = this.#options.ports;
    const ended = new AbortController();
    const work = async (): Promise<void> => {
      try {
        await cluster.workEnded?.();
      } catch {
        // Who cannot be asked is not waited for.
      } finally {
        ended.abort();
      }
    };
    await Promise.race([work(), this.#clock.sleep(this.#timing.endMostMs, ended.signal)]);
    await lease.release();
  }

  async #runHolding(upgradeId: string, lease: LeaseKeeper): Promise<UpgradeState> {
    const { journal, onChange = () => undefined } = this.#options;
    const state = await reading(() => journal.state(upgradeId));
    if (state === null) throw new SealiftError('UPGRADE_NOT_FOUND', { values: { id: upgradeId } });
    if (!lifecycle[state].needsEngine) return state;
    const recorder = new Recorder(upgradeId, journal, lease, onChange);
    const now = state === 'ready' ? await recorder.apply('take-up') : state;
    try {
      return await this.#work(recorder, lease, now);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      // Nothing can be done with it, nor undone: a person decides, and one who has decided to end it has it ended.
      if (now === 'aborting') return await recorder.apply('end', { begun: [] });
      return await recorder.apply('need-person', { failure: journalled(asSealiftError(error)) });
    }
  }

  async #work(recorder: Recorder, lease: LeaseKeeper, state: UpgradeState): Promise<UpgradeState> {
    const { upgradeId } = recorder;
    const { journal, ports } = this.#options;
    const frozen = await reading(() => journal.frozen(upgradeId));
    if (frozen === null) throw new SealiftError('UPGRADE_NOT_FOUND', { values: { id: upgradeId } });
    const run: Run = {
      purpose: state === 'rolling-back' ? 'roll-back' : 'upgrade',
      upgrade: frozen.upgrade,
      ports,
      recorder,
      lease,
      clock: this.#clock,
      timing: this.#timing,
      cancel: AbortSignal.any([lease.signal, this.#stop.signal]),
    };
    if (run.purpose === 'roll-back') return await this.#rollBack(run, frozen);
    const entries = await reading(() => journal.read(upgradeId));
    try {
      if (state === 'aborting') throw new AbortRequested();
      checkApproved(upgradeId, frozen);
      check(run, upgradeId);
      return await this.#execute(run, entries);
    } catch (error) {
      if (error instanceof AbortRequested) return await this.#abort(run);
      if (error instanceof StepFailed) return await this.#fail(run, frozen, error);
      throw error;
    }
  }

  async #execute(run: Run, entries: readonly JournalEntry[]): Promise<UpgradeState> {
    const done = doneSteps(entries);
    for (const planned of plannedSteps(run.upgrade)) {
      const { id } = planned.step;
      if (!done.has(id)) await runStep(run, planned, 'forward', lastWait(entries, id));
    }
    return await run.recorder.apply('finish');
  }

  /** Takes back what was begun, the last step first. What keeps it from that needs a person, who resumes it or ends it there. */
  async #rollBack(run: Run, frozen: Approved): Promise<UpgradeState> {
    try {
      checkApproved(run.recorder.upgradeId, frozen);
      await rollBack(run, await this.#begun(run), await this.#journal(run));
      return await run.recorder.apply('finish');
    } catch (error) {
      if (error instanceof AbortRequested) return await this.#abort(run);
      if (error instanceof StepFailed) return await needPerson(run, 'back', error);
      throw error;
    }
  }

  /** Ends an upgrade at a safe point, on a person's word: opens the console and tells what was begun and stays. */
  async #abort(given: Run): Promise<UpgradeState> {
    const run: Run = { ...given, purpose: 'end' };
    const begun = await this.#begun(run);
    await letGoOf(run, begun);
    try {
      await openConsole(run, begun);
    } catch (error) {
      if (error instanceof StepFailed) return await needPerson(run, 'back', error);
      throw error;
    }
    return await run.recorder.apply('end', { begun: begun.map(({ step }) => step.id) });
  }

  /**
   * Where nothing begun has changed the platform, the console is opened and the upgrade has failed. Otherwise it is taken back, if that was approved
   * with it and the way is open, or a person decides.
   */
  async #fail(run: Run, frozen: Approved, error: StepFailed): Promise<UpgradeState> {
    const begun = await this.#begun(run);
    if (begun.some(({ step }) => changesPlatform(step))) {
      // What is not the approved plan says nothing that could be followed.
      const isMeant = run.upgrade.onFailure === 'roll-back' && error.stepId !== planId;
      if (!isMeant || shutBy(run.upgrade, await this.#journal(run)) !== null)
        return await needPerson(run, 'forward', error);
      await recordFailure(run, 'forward', error);
      await run.recorder.apply('turn-back', { failure: journalled(error.failure) });
      return await this.#rollBack({ ...run, purpose: 'roll-back' }, frozen);
    }
    await recordFailure(run, 'forward', error);
    try {
      await openConsole({ ...run, purpose: 'end' }, begun);
    } catch (second) {
      if (second instanceof StepFailed) return await needPerson(run, 'back', second);
      throw second;
    }
    return await run.recorder.apply('fail', { failure: journalled(error.failure) });
  }

  async #journal({ recorder }: Run): Promise<readonly JournalEntry[]> {
    return await reading(() => this.#options.journal.read(recorder.upgradeId));
  }

  async #begun(run: Run): Promise<PlannedStep[]> {
    const begun = begunSteps(await this.#journal(run));
    // The console may have been locked when the upgrade was confirmed, before the engine's first line.
    return plannedSteps(run.upgrade).filter(({ step }) => begun.has(step.id) || step.kind === 'lock-console');
  }
}

interface Approved {
  readonly upgrade: FrozenUpgrade;
  readonly hash: string;
}

/** Stands for the plan itself where a step is named. */
const planId = 'plan';

/** Before anything acts: the plan is the approved one. @throws StepFailed */
function checkApproved(upgradeId: string, { upgrade, hash }: Approved): void {
  if (hashOfFrozen(upgrade) === hash) return;
  throw new StepFailed(planId, new SealiftError('UPGRADE_HASH_MISMATCH', { values: { id: upgradeId } }));
}

/** And this version can do all of it. @throws StepFailed */
function check(run: Run, upgradeId: string): void {
  try {
    checkPlan(run, upgradeId);
  } catch (error) {
    throw new StepFailed(planId, asSealiftError(error));
  }
}

async function openConsole(run: Run, begun: readonly PlannedStep[]): Promise<void> {
  for (const planned of begun) {
    if (planned.step.kind === 'lock-console') await runStep(run, planned, 'back');
  }
}

async function needPerson(run: Run, direction: Direction, error: StepFailed): Promise<UpgradeState> {
  await recordFailure(run, direction, error);
  return await run.recorder.apply('need-person', { failure: journalled(error.failure) });
}
