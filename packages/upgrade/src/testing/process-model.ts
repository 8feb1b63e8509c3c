import { Engine, type EngineOptions, type RunOutcome } from '../engine/engine.ts';
import { upgradeId } from './setting.ts';
import type { JournalPort, NewEntry } from '../ports/journal.ts';
import type { ManualClock } from './manual-clock.ts';
import type { MemoryStore } from '@sealift/testkit/upgrade/memory-store';
import type { World } from '@sealift/testkit/upgrade/world';

/** Where a modelled process dies: before or after its `write`-th write (journal lines and effects count). */
export interface CrashPoint {
  readonly write: number;
  readonly when: 'before' | 'after';
}

/** Where a test looks on, or holds the process up. */
export interface ProcessHooks {
  /** Before each effect. */
  readonly effect?: (name: string) => void | Promise<void>;
  /** After each line of the journal, before the engine goes on. */
  readonly journaled?: (entry: NewEntry) => void | Promise<void>;
}

export const quickTiming = {
  leaseTtlMs: 10_000,
  pollMs: 1,
  pollMostMs: 1,
  retryFirstMs: 1,
  retryMostMs: 1,
  progressMs: 0,
  endMostMs: 100,
  watchMs: 1,
} as const;

/** One process with an engine. After its crash nothing of it acts, reads or writes any more. */
export class ProcessModel {
  readonly engine: Engine;
  crashed = false;
  writes = 0;
  readonly #crash: CrashPoint | null;

  constructor(
    setting: { store: MemoryStore; world: World; clock: ManualClock },
    holder: string,
    crash: CrashPoint | null = null,
    options: Partial<EngineOptions> & ProcessHooks = {},
  ) {
    this.#crash = crash;
    const { store, world, clock } = setting;
    const { journal, lease } = store;
    const alive = () => this.#alive();
    const mortal = async <Result>(call: () => Promise<Result>): Promise<Result> => {
      alive();
      return call();
    };
    const writing = async <Result>(call: () => Promise<Result>): Promise<Result> => {
      this.#gate('before');
      const result = await call();
      this.#gate('after');
      return result;
    };
    const mortalJournal: JournalPort = {
      read: (id) => mortal(() => journal.read(id)),
      append: async (entry) => {
        await writing(() => journal.append(entry));
        await options.journaled?.(entry);
      },
      apply: (...given) => writing(() => journal.apply(...given)),
      frozen: (id) => mortal(() => journal.frozen(id)),
      state: (id) => mortal(() => journal.state(id)),
      unfinished: () => mortal(() => journal.unfinished()),
    };
    this.engine = new Engine({
      journal: mortalJournal,
      lease: {
        acquire: (...given) => mortal(() => lease.acquire(...given)),
        renew: (...given) => mortal(() => lease.renew(...given)),
        release: (...given) => mortal(() => lease.release(...given)),
      },
      ports: world.ports(async (when, effect) => {
        this.#gate(when);
        if (when === 'before') await options.effect?.(effect);
      }, alive),
      holder,
      clock,
      timing: quickTiming,
      ...options,
    });
  }

  #gate(when: 'before' | 'after'): void {
    this.#alive();
    if (when === 'before') this.writes += 1;
    if (this.#crash?.write === this.writes && this.#crash.when === when) {
      this.crashed = true;
      this.#alive();
    }
  }

  #alive(): void {
    if (this.crashed) throw new Error('the process is dead');
  }
}

/** The sample upgrade in one process, until it rests or stops. */
export function runOnce(
  setting: ConstructorParameters<typeof ProcessModel>[0],
  ...rest: ConstructorParameters<typeof ProcessModel> extends [unknown, ...infer Rest] ? Rest : never
): Promise<RunOutcome> {
  return new ProcessModel(setting, ...rest).engine.run(upgradeId);
}
