import { begunSteps, doneSteps, type JournalEntry } from '@sealift/core/upgrade';
import { Engine, type RunOutcome } from '@sealift/upgrade/engine';
import type { JournalPort } from '@sealift/upgrade/ports/journal';
import type { LeasePort } from '@sealift/upgrade/ports/lease';
import type { Ports } from '@sealift/upgrade/ports/ports';
import { quickTiming } from '../quick-timing.ts';
import { ModelClock, type ModelTime } from './clock.ts';

/** Calls that change something at a site: the others only look. */
export const effectCalls: ReadonlySet<string> = new Set([
  'act',
  'applyLayer',
  'ask',
  'endRollout',
  'importTemplate',
  'lock',
  'make',
  'markTemplate',
  'providers.apply',
  'recordInstalled',
  'removeLayer',
  'repairIdentity',
  'rewrite',
  'setRollout',
  'unlock',
]);
const writes = new Set(['append', 'journal.apply', 'acquire', 'release']);

/** A call of a process that has not been answered. */
export interface Pending {
  readonly name: string;
  readonly kind: 'effect' | 'write' | 'look';
  readonly given: readonly unknown[];
  /** Ends the call early, where the port lets it. */
  readonly cancel: AbortSignal | undefined;
  perform(): Promise<unknown>;
  answer(value: unknown): void;
  fail(error: unknown): void;
}

/** What a process calls: the ports of a world, and a journal with its lease. */
export interface Surroundings {
  readonly journal: JournalPort;
  readonly lease: LeasePort;
  readonly ports: Ports;
  readonly time: ModelTime;
}

/** One process with a real engine, each of whose calls stands still until it is chosen how that ends. */
export class ModelProcess {
  readonly clock: ModelClock;
  readonly holder: string;
  pending: Pending | null = null;
  outcome: RunOutcome | null = null;
  failure: unknown = null;
  /** Its timers fire only after its next answer. */
  isLate = false;
  epoch = 0;
  /** Each call of the step that it is at, with the answer: what it can remember. */
  #memory: string[] = [];
  #known = '';
  readonly #time: ModelTime;
  /** Since when it counts its lease. */
  #heldSince: number;
  readonly #onCall: (by: ModelProcess, call: Pending) => void;

  constructor(
    around: Surroundings,
    holder: string,
    upgradeId: string,
    onCall: (by: ModelProcess, call: Pending) => void,
  ) {
    this.clock = new ModelClock(around.time);
    this.holder = holder;
    this.#onCall = onCall;
    const { journal, lease, ports, time } = around;
    this.#time = time;
    this.#heldSince = time.now;
    const engine = new Engine({
      journal: this.#gated('journal', journal),
      lease: {
        ...this.#gated('lease', lease),
        renew: async (...given) => {
          const now = time.now;
          const isRenewed = await lease.renew(...given);
          // What was lost before stays lost to it.
          if (isRenewed && now - this.#heldSince < quickTiming.leaseTtlMs) this.#heldSince = now;
          return isRenewed;
        },
      },
      ports: {
        ...ports,
        vcenter: this.#gated('vcenter', ports.vcenter),
        storage: this.#gated('storage', ports.storage),
        storedVersions: this.#gated('storedVersions', ports.storedVersions),
        declared: this.#gated('declared', ports.declared),
        cluster: this.#gated('cluster', ports.cluster),
        providers: this.#gated('providers', ports.providers),
        backup: this.#gated('backup', ports.backup),
        console: this.#gated('console', ports.console),
      },
      holder,
      clock: this.clock,
      timing: quickTiming,
    });
    engine.run(upgradeId).then(
      (outcome) => (this.outcome = outcome),
      (error: unknown) => (this.failure = error),
    );
  }

  get hasEnded(): boolean {
    return this.outcome !== null || this.failure !== null;
  }

  /** Everything that its further course can depend on. */
  get position(): string {
    const { name, kind, cancel } = this.pending ?? {};
    const isEnded = cancel?.aborted === true;
    const heldMs = this.#time.now - this.#heldSince;
    return JSON.stringify([this.#known, this.#memory, name, kind, isEnded, this.isLate, heldMs]);
  }

  remember(call: Pending, answer: string): void {
    this.#memory.push(`${call.name}:${answer}`);
    const [entry] = call.given as readonly (Partial<JournalEntry> | undefined)[];
    if (call.name !== 'append' || entry?.phase !== 'evidence' || answer !== 'ok') return;
    // Between two steps an engine remembers nothing but what it read at first, and how far it is.
    this.#known += ` ${entry.stepId} ${entry.data !== undefined && 'direction' in entry.data ? entry.data.direction : ''}`;
    this.#memory = [];
  }

  #gated<Port extends object>(owner: string, port: Port): Port {
    const gated = Object.entries(port).map(([method, call]) => {
      const name = callName(owner, method);
      const kind = effectCalls.has(name) ? 'effect' : writes.has(name) ? 'write' : 'look';
      const stand = (...given: readonly unknown[]): Promise<unknown> =>
        new Promise((answer, fail) => {
          const cancel = given.find((one) => one instanceof AbortSignal);
          const perform = (): Promise<unknown> => Promise.resolve((call as (...all: unknown[]) => unknown)(...given));
          const pending: Pending = { name, kind, given, cancel, perform, answer, fail };
          if (this.pending !== null) throw new Error(`${name} is called while ${this.pending.name} is not answered`);
          this.pending = pending;
          this.#onCall(this, pending);
        });
      return [method, stand];
    });
    return Object.fromEntries(gated) as Port;
  }
}

/** `apply` is a call of two ports. */
export function callName(owner: string, method: string): string {
  return method === 'apply' ? `${owner}.apply` : method;
}

/** What an answer tells, without times and the number of the run. */
export function told(name: string, answer: unknown): string {
  if (name === 'read') {
    const entries = answer as readonly JournalEntry[];
    const last = Map.groupBy(entries, ({ stepId }) => stepId);
    const waits = [...last].map(([id, lines]) => {
      const line = lines.at(-1);
      return [id, line?.phase === 'progress' ? line.data.wait.what : ''];
    });
    return JSON.stringify([[...doneSteps(entries)], [...begunSteps(entries)], waits]);
  }
  if (name === 'acquire') return answer === null ? 'held' : 'taken';
  if (name === 'frozen' || name === 'append') return 'ok';
  return JSON.stringify(answer) ?? 'ok';
}
