import { doneSteps, isFinal, type JournalEntry, lifecycle, offers } from '@sealift/core/upgrade';
import { MemoryStore } from '@sealift/testkit/upgrade/memory-store';
import { sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { World } from '@sealift/testkit/upgrade/world';
import { Engine, type EngineOptions } from '@sealift/upgrade/engine';
import { ModelClock, ModelTime } from '../model/clock.ts';
import { callName, effectCalls } from '../model/model-process.ts';
import { seenOf } from '../model/small-plan.ts';
import { quickTiming } from '../quick-timing.ts';

export const upgradeId = 'u1';
const pastLeaseMs = 10_001;
/** More processes than any trial takes. */
const mostProcesses = 200;

/** One call of one process on its way. */
export interface Call {
  readonly owner: string;
  readonly name: string;
  readonly kind: 'effect' | 'line' | 'look';
  readonly subject: string;
  /** What the caller would get. */
  proceed(): Promise<unknown>;
}

/** What stands between the processes and the world: passes calls on, or does otherwise. */
export type Between = (call: Call, trial: Trial, process: TrialProcess) => Promise<unknown>;

/** A process that has died neither calls nor hears anything any more. */
export class TrialProcess {
  isDead = false;
  readonly clock: ModelClock;
  readonly died = Promise.withResolvers<'died'>();

  constructor(clock: ModelClock) {
    this.clock = clock;
  }

  /** Dies here and now. */
  die(): Promise<never> {
    this.isDead = true;
    this.died.resolve('died');
    return new Promise(() => undefined);
  }
}

/** A whole upgrade of every kind of step, over as many processes as it takes. */
export class Trial {
  readonly time = new ModelTime();
  readonly world = new World();
  readonly store = new MemoryStore(() => this.time.now);
  /** By how much wall clocks are wrong. */
  skewMs = 0;
  readonly #between: Between;
  readonly #upgrade = sampleUpgrade();
  #processes = 0;

  constructor(between: Between = (call) => call.proceed()) {
    this.#between = between;
    this.store.add(upgradeId, this.#upgrade, 'ready');
    this.world.lockedBy = upgradeId;
    this.world.layers.push({
      layer: 'addon',
      pack: 'legacy',
      version: '1.0.0',
      digest: `sha256:${'b'.repeat(64)}`,
      valuesHash: '',
      wait: null,
    });
  }

  /** Runs processes one after another until the upgrade has ended; a person resumes what needs one. */
  async end(): Promise<void> {
    while (!isFinal(this.#state())) {
      if (lifecycle[this.#state()].needsEngine) await this.run();
      else this.store.byHand(upgradeId, offers(this.#state()).includes('resume') ? 'resume' : 'abort');
      if (this.#processes > mostProcesses) throw new Error(`it does not end: ${this.#state()}`);
    }
  }

  /** One process, until it rests or dies; whatever lease it leaves runs out. */
  async run(): Promise<void> {
    this.#processes += 1;
    const process = new TrialProcess(new ModelClock(this.time, () => this.skewMs));
    const outcome = this.#engine(process, `p${this.#processes}`).run(upgradeId);
    await Promise.race([outcome, process.died.promise]);
    this.pass(process);
  }

  /** The time of a lease passes; whose timers are given notices. */
  pass(...noticing: readonly TrialProcess[]): void {
    this.time.now += pastLeaseMs;
    for (const { clock } of noticing) clock.fire();
  }

  /** What it came to: the world, and of the journal what is proven of each step, and the state. */
  outcome(): string {
    const proofs = [...Map.groupBy(this.store.entries, ({ stepId }) => stepId)].map(([id, lines]) => [
      id,
      proofIn(lines),
    ]);
    const done = [...doneSteps(this.store.entries)];
    return JSON.stringify([this.#state(), this.store.trouble, done, proofs.slice(1), seenOf(this.world)]);
  }

  #state() {
    const state = this.store.state(upgradeId);
    if (state === null) throw new Error('the upgrade is lost');
    return state;
  }

  #engine(process: TrialProcess, holder: string): Engine {
    const { journal, lease } = this.store;
    const ports = this.world.ports(() => Promise.resolve());
    const pass = <Port extends object>(owner: string, port: Port): Port => this.#passing(process, owner, port);
    const console = {
      ...ports.console,
      // As in the console's store: a word that comes late locks nothing.
      lock: async (id: string) => {
        if (lifecycle[this.#state()].locksConsole) await ports.console.lock(id);
      },
    };
    const options: EngineOptions = {
      journal: pass('journal', journal),
      lease: pass('lease', lease),
      ports: {
        vcenter: pass('vcenter', ports.vcenter),
        storage: pass('storage', ports.storage),
        storedVersions: pass('storedVersions', ports.storedVersions),
        declared: pass('declared', ports.declared),
        cluster: pass('cluster', ports.cluster),
        providers: pass('providers', ports.providers),
        gateways: pass('gateways', ports.gateways),
        backup: pass('backup', ports.backup),
        content: pass('content', ports.content),
        console: pass('console', console),
      },
      holder,
      clock: process.clock,
      timing: quickTiming,
    };
    return new Engine(options);
  }

  #passing<Port extends object>(process: TrialProcess, owner: string, port: Port): Port {
    const passing = Object.entries(port).map(([method, call]) => {
      const name = callName(owner, method);
      const kind = effectCalls.has(name) ? 'effect' : ['append', 'journal.apply'].includes(name) ? 'line' : 'look';
      const pass = async (...given: readonly unknown[]): Promise<unknown> => {
        if (process.isDead) return await new Promise(() => undefined);
        const cancel = given.find((one) => one instanceof AbortSignal);
        const subject = `${name} ${JSON.stringify(given.filter((one) => !(one instanceof AbortSignal)))}`;
        const proceed = async (): Promise<unknown> => {
          cancel?.throwIfAborted();
          return await (call as (...all: unknown[]) => unknown)(...given);
        };
        const answer = await this.#between({ owner, name, kind, subject, proceed }, this, process);
        return process.isDead ? await new Promise(() => undefined) : answer;
      };
      return [method, pass];
    });
    return Object.fromEntries(passing) as Port;
  }
}

function proofIn(lines: readonly JournalEntry[]): unknown {
  const proof = lines.findLast(({ phase }) => phase === 'evidence');
  return proof?.data;
}
