import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';

/** A fault for tests: the next `times` calls named `call` wait, or lose their connection, before or after their effect. */
export const faultSchema = z.strictObject({
  call: z.string().max(40),
  when: z.enum(['before', 'after']),
  action: z.enum(['delay', 'drop', 'exit']),
  delayMs: z.int().min(0).max(600_000).default(0),
  times: z.int().min(1).max(1000).default(1),
});
export type Fault = z.input<typeof faultSchema>;

/** Thrown where the connection is to be dropped without an answer. */
export class ConnectionDropped extends Error {}

/** The faults that are still to come. */
export class Faults {
  #pending: z.output<typeof faultSchema>[] = [];

  set(faults: readonly z.output<typeof faultSchema>[]): void {
    this.#pending = [...faults];
  }

  /** Faults that no call has met yet: a test waits for one to disappear. */
  get pending(): readonly Fault[] {
    return this.#pending;
  }

  /**
   * Plays the first fault that fits; `exit` ends the process as `kill -9` would. A delay ends early when the caller is
   * gone, and then the call has no effect any more.
   *
   * @throws ConnectionDropped
   */
  async play(call: string, when: 'before' | 'after', callerGone: AbortSignal): Promise<void> {
    const index = this.#pending.findIndex((fault) => fault.call === call && fault.when === when);
    const fault = this.#pending[index];
    if (fault === undefined) return;
    this.#pending =
      fault.times === 1
        ? this.#pending.toSpliced(index, 1)
        : this.#pending.with(index, { ...fault, times: fault.times - 1 });
    if (fault.action === 'exit') process.kill(process.pid, 'SIGKILL');
    if (fault.action === 'drop') throw new ConnectionDropped();
    await setTimeout(fault.delayMs, undefined, { signal: callerGone, ref: false }).catch(() => {
      throw new ConnectionDropped();
    });
  }
}
