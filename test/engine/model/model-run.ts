import { setImmediate } from 'node:timers/promises';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import {
  type FrozenUpgrade,
  isFinal,
  type JournalEntry,
  lifecycle,
  offers,
  type PersonEvent,
  shutBy,
  type UpgradeState,
} from '@sealift/core/upgrade';
import type { JournalPort } from '@sealift/upgrade/ports/journal';
import type { Ports } from '@sealift/upgrade/ports/ports';
import { MemoryStore } from '@sealift/testkit/upgrade/memory-store';
import { ModelTime } from './clock.ts';
import { ModelProcess, type Pending, type Surroundings, told } from './model-process.ts';
import { askedOf, holds, seenOf, smallWorld, stepOfId, troubleOfEnd } from './small-plan.ts';

/** How often each thing may still happen that is not the plain course. */
export interface Budget {
  /** A process dies. */
  readonly crashes: number;
  /** A lease runs out under its holder. */
  readonly expiries: number;
  /** A process starts while another has the lease. */
  readonly rivals: number;
  /** An answer is lost, or a call never arrives. */
  readonly losses: number;
  /** An effect is refused for good. */
  readonly refusals: number;
  /** A person pauses, resumes or aborts. */
  readonly people: number;
}

/** One choice: what happens next. */
export type Action =
  | { readonly kind: 'go' | 'lost' | 'unsent' | 'refused' | 'crash' | 'crash-after' | 'late'; readonly slot: number }
  | { readonly kind: 'start'; readonly slot: number }
  | { readonly kind: 'expire' }
  | { readonly kind: 'person'; readonly event: PersonEvent };

const upgradeId = 'u1';
const slots = [0, 1];
const pastLeaseMs = 10_001;
/** A process neither asks nor ends after so many turns of the event loop. */
const mostTurns = 1000;

/** A breach of one of the engine's rules. */
export class RuleBroken extends Error {
  override readonly name = 'RuleBroken';
}

/** One course of things: processes come and go over a store and a world that outlive them; each choice is made from outside. */
export class ModelRun {
  readonly upgrade: FrozenUpgrade;
  readonly store: MemoryStore;
  readonly world = smallWorld();
  readonly #around: Surroundings;
  readonly #processes: (ModelProcess | null)[] = [null, null];
  readonly #time = new ModelTime();
  #left: Budget;
  /** Only a refusal or a person keeps it from success. */
  readonly #mayRest: boolean;
  #started = 0;
  #leaseEnds = 0;

  constructor(upgrade: FrozenUpgrade, budget: Budget) {
    this.upgrade = upgrade;
    this.#left = budget;
    this.#mayRest = budget.refusals + budget.people > 0;
    this.store = new MemoryStore(() => this.#time.now);
    this.store.add(upgradeId, upgrade, 'ready');
    // The confirmation locks the console.
    this.world.lockedBy = upgradeId;
    const ports = this.world.ports(() => Promise.resolve());
    this.#around = {
      journal: this.#journal(),
      lease: this.#lease(),
      ports: { ...ports, console: this.#console(ports.console) },
      time: this.#time,
    };
  }

  get state(): UpgradeState {
    const state = this.store.state(upgradeId);
    if (state === null) throw new RuleBroken('the upgrade is lost');
    return state;
  }

  /** Two runs of the same key have the same future. */
  get key(): string {
    const processes = this.#processes.map((process) => {
      if (process === null) return '';
      const holdsLease = process.epoch === this.store.epoch;
      return `${process.position}${holdsLease ? ' holds' : ''}`;
    });
    const waits = [...Map.groupBy(this.store.entries, ({ stepId }) => stepId)].map(([id, lines]) => {
      const line = lines.at(-1);
      return [id, line?.phase === 'progress' ? line.data.wait.what : ''];
    });
    const isFree = this.#time.now >= this.#leaseEnds;
    const path = this.store.path(upgradeId).position;
    return JSON.stringify([this.state, path, waits, isFree, seenOf(this.world), processes.sort(), this.#left]);
  }

  /** What happens without any fault, or null at the end; then whatever else may happen. */
  choices(): { readonly plain: Action | null; readonly others: readonly Action[] } {
    const plain = this.#plain();
    const { crashes, expiries, rivals, losses, refusals, people } = this.#left;
    const others: Action[] = [];
    if (people > 0) for (const event of offers(this.state)) others.push({ kind: 'person', event });
    if (plain === null) return { plain, others };
    for (const slot of slots) {
      const process = this.#processes[slot];
      if (process === null || process === undefined) {
        const isFree = this.#time.now >= this.#leaseEnds;
        if (lifecycle[this.state].needsEngine && (isFree || rivals > 0)) others.push({ kind: 'start', slot });
        continue;
      }
      const call = process.pending;
      if (call === null) continue;
      others.push({ kind: 'go', slot });
      if (crashes > 0) others.push({ kind: 'crash', slot });
      if (crashes > 0 && call.kind !== 'look') others.push({ kind: 'crash-after', slot });
      if (losses > 0) others.push({ kind: 'unsent', slot });
      if (losses > 0 && call.kind !== 'look') others.push({ kind: 'lost', slot });
      if (refusals > 0 && call.kind === 'effect') others.push({ kind: 'refused', slot });
      if (expiries > 0 && this.#isHolder(process)) others.push({ kind: 'late', slot });
    }
    if (expiries > 0 && this.#time.now < this.#leaseEnds) others.push({ kind: 'expire' });
    const same = JSON.stringify(plain);
    return { plain, others: others.filter((other) => JSON.stringify(other) !== same) };
  }

  /** @throws RuleBroken */
  async take(action: Action): Promise<void> {
    await this.#do(action);
    await this.#settle();
    if (this.store.trouble !== null) throw new RuleBroken(`the journal is no path: ${this.store.trouble}`);
  }

  #plain(): Action | null {
    const slot = this.#processes.findIndex((process) => process !== null);
    if (slot !== -1) return { kind: 'go', slot };
    const { needsEngine, on } = lifecycle[this.state];
    if (needsEngine) return this.#time.now < this.#leaseEnds ? { kind: 'expire' } : { kind: 'start', slot: 0 };
    if (!isFinal(this.state)) {
      if (!this.#mayRest) throw new RuleBroken(`it is ${this.state}, and nothing was refused`);
      // Where there is no way back in place, going on with it is in vain.
      const isShut = lifecycle[this.state].goesBack && shutBy(this.upgrade, this.store.entries) !== null;
      return { kind: 'person', event: on.resume === undefined || isShut ? 'abort' : 'resume' };
    }
    if (this.state !== 'succeeded' && !this.#mayRest) throw new RuleBroken(`it ${this.state}, and nothing was refused`);
    const trouble = troubleOfEnd(this.upgrade, upgradeId, this.store, this.world);
    if (trouble !== null) throw new RuleBroken(trouble);
    return null;
  }

  async #do(action: Action): Promise<void> {
    switch (action.kind) {
      case 'start': {
        if (this.#time.now < this.#leaseEnds) this.#spend('rivals');
        this.#started += 1;
        const onCall = (by: ModelProcess, call: Pending) => this.#refuseUnruly(by, call);
        this.#processes[action.slot] = new ModelProcess(this.#around, `p${this.#started}`, upgradeId, onCall);
        return;
      }
      case 'expire': {
        const holder = this.#processes.some((process) => process !== null && this.#isHolder(process));
        if (holder || this.#processes.some((process) => process !== null)) this.#spend('expiries');
        this.#pass();
        for (const process of this.#processes) if (process !== null) await this.#fire(process);
        return;
      }
      case 'person': {
        if (this.#plain()?.kind !== 'person') this.#spend('people');
        this.store.byHand(upgradeId, action.event);
        this.#openWithState();
        return;
      }
      case 'late': {
        this.#spend('expiries');
        const process = this.#process(action.slot);
        process.isLate = true;
        await this.#land(process);
        this.#pass();
        for (const other of this.#processes) if (other?.isLate === false) await this.#fire(other);
        return;
      }
      case 'crash':
      case 'crash-after':
        this.#spend('crashes');
        if (action.kind === 'crash-after') await this.#perform(this.#process(action.slot)).catch(() => undefined);
        this.#processes[action.slot] = null;
        return;
      default:
        await this.#answer(this.#process(action.slot), action.kind);
    }
  }

  async #answer(process: ModelProcess, how: 'go' | 'lost' | 'unsent' | 'refused'): Promise<void> {
    const call = process.pending;
    if (call === null) throw new Error(`${process.holder} waits for nothing`);
    if (how === 'lost' || how === 'unsent') this.#spend('losses');
    if (how === 'refused') this.#spend('refusals');
    const gone = Object.assign(new Error('the connection ended'), { code: 'ECONNRESET' });
    let error: unknown = how === 'unsent' ? gone : null;
    if (how === 'refused')
      error = new SealiftError('INPUT_INVALID', { values: { what: call.name, reason: 'refused' } });
    let value: unknown;
    try {
      if (error === null) value = await this.#perform(process);
      if (how === 'lost') error = gone;
    } catch (thrown) {
      error = thrown;
    }
    process.pending = null;
    process.remember(call, error === null ? told(call.name, value) : `failed ${how}`);
    if (error === null) call.answer(value);
    else call.fail(error);
  }

  async #perform(process: ModelProcess): Promise<unknown> {
    const call = process.pending;
    if (call === null) throw new Error(`${process.holder} waits for nothing`);
    // A request ends with the one who sent it, as far as its port lets it be ended.
    call.cancel?.throwIfAborted();
    const before = askedOf(this.world);
    const effects = this.world.effects.length;
    const value = await call.perform();
    if (call.name === 'acquire' && value !== null) process.epoch = (value as { epoch: number }).epoch;
    const isNew = this.world.effects.length > effects;
    if (isNew && this.#isHolder(process) && askedOf(this.world) === before) {
      throw new RuleBroken(`${this.world.effects.at(-1)} once more, though nothing is left to do`);
    }
    return value;
  }

  /** What can be ended early is done by the time the lease is over, or never; only its answer comes later. */
  async #land(process: ModelProcess): Promise<void> {
    const { pending } = process;
    if (pending?.kind !== 'effect' || pending.cancel === undefined) return;
    const landed = this.#perform(process);
    await landed.catch(() => undefined);
    process.pending = { ...pending, cancel: undefined, perform: () => landed };
  }

  /** Rules of what may be asked at all, at the moment of asking. */
  #refuseUnruly(process: ModelProcess, call: Pending): void {
    if (call.kind === 'effect') {
      if (!this.#isHolder(process)) this.#broken = `${process.holder} asks for ${call.name}, and its lease is over`;
      const path = this.store.path(upgradeId);
      const isTold = ['forward', 'back'].some((way) =>
        this.upgrade.plan.hops[0]?.steps.some(({ id }) => path.isUnderWay(id, way as 'forward' | 'back')),
      );
      if (!isTold && call.name !== 'endRollout') this.#broken = `${call.name} without an intent before it`;
    }
    if ((call.name === 'append' || call.name === 'journal.apply') && !this.#isHolder(process)) {
      this.#broken = `${process.holder} writes to the journal, and its lease is over`;
    }
    const [entry] = call.given as readonly (JournalEntry | undefined)[];
    if (call.name !== 'append' || entry?.phase !== 'evidence' || !this.#isHolder(process)) return;
    const step = stepOfId(this.upgrade, entry.stepId);
    if (entry.data.direction === 'forward' && step !== undefined && !holds(this.world, step, upgradeId)) {
      this.#broken = `evidence of ${entry.stepId}, which does not hold`;
    }
  }

  #broken: string | null = null;

  async #settle(): Promise<void> {
    await this.#rest();
    for (const process of this.#processes) {
      // Late timers fire once what was answered has gone as far as it goes.
      if (process?.isLate === true && this.#lateAnswered(process)) {
        process.isLate = false;
        await this.#fire(process);
      }
    }
    for (const slot of slots) {
      const process = this.#processes[slot];
      if (process?.failure !== null && process?.failure !== undefined) {
        throw new RuleBroken(`the engine threw ${reasonOf(process.failure)}`);
      }
      if (process?.hasEnded === true) this.#processes[slot] = null;
    }
    if (this.#broken !== null) throw new RuleBroken(this.#broken);
  }

  readonly #lateSince = new WeakMap<ModelProcess, Pending | null>();

  #lateAnswered(process: ModelProcess): boolean {
    if (!this.#lateSince.has(process)) {
      this.#lateSince.set(process, process.pending);
      return false;
    }
    const isAnswered = this.#lateSince.get(process) !== process.pending;
    if (isAnswered) this.#lateSince.delete(process);
    return isAnswered;
  }

  async #rest(): Promise<void> {
    const isMoving = () => this.#processes.some((one) => one !== null && one.pending === null && !one.hasEnded);
    for (let turn = 0; isMoving(); turn += 1) {
      if (turn > mostTurns) throw new RuleBroken('a process neither asks for anything nor ends');
      // Most of it needs no turn of the event loop, which costs far more.
      if (turn < mostTurns / 2) await Promise.resolve();
      else await setImmediate();
    }
  }

  /** Lets the timers of a process fire, and what they do come to rest: it asks for nothing that stands still. */
  async #fire(process: ModelProcess): Promise<void> {
    process.clock.fire();
    await setImmediate();
    await this.#rest();
  }

  #process(slot: number): ModelProcess {
    const process = this.#processes[slot];
    if (process === null || process === undefined) throw new Error(`nobody is at ${slot}`);
    return process;
  }

  #isHolder({ epoch }: ModelProcess): boolean {
    return epoch === this.store.epoch && this.#time.now < this.#leaseEnds;
  }

  #pass(): void {
    this.#time.now += pastLeaseMs;
  }

  #spend(what: keyof Budget): void {
    this.#left = { ...this.#left, [what]: this.#left[what] - 1 };
  }

  #journal(): JournalPort {
    const { journal } = this.store;
    return {
      ...journal,
      apply: async (...given) => {
        const state = await journal.apply(...given);
        this.#openWithState();
        return state;
      },
    };
  }

  #lease(): MemoryStore['lease'] {
    const { lease } = this.store;
    return {
      acquire: async (holder, ttlMs) => {
        const taken = await lease.acquire(holder, ttlMs);
        if (taken !== null) this.#leaseEnds = this.#time.now + ttlMs;
        return taken;
      },
      renew: async (holder, epoch, ttlMs) => {
        const isRenewed = await lease.renew(holder, epoch, ttlMs);
        if (isRenewed) this.#leaseEnds = this.#time.now + ttlMs;
        return isRenewed;
      },
      release: async (holder, epoch) => {
        await lease.release(holder, epoch);
        if (epoch === this.store.epoch) this.#leaseEnds = 0;
      },
    };
  }

  /** As in the console's store: its lock ends with the upgrade's state, and is not taken for one that has ended. */
  #console(console: Ports['console']): Ports['console'] {
    return {
      ...console,
      lock: async (id) => {
        if (lifecycle[this.state].locksConsole) await console.lock(id);
      },
    };
  }

  #openWithState(): void {
    if (!lifecycle[this.state].locksConsole && this.world.lockedBy === upgradeId) this.world.lockedBy = null;
  }
}
