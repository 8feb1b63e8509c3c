import type { Service } from '@sealift/cli/demo/child-process';
import type { ConsoleReady } from '@sealift/cli/demo/demo-services';

/** At most so many contents of one effect are told apart: what never repeats would otherwise have no end. */
const mostContents = 8;

/**
 * A console that is killed (SIGKILL) before and after effects of an upgrade, and started again each time. An effect is what a request of it,
 * or of a program that it runs, would change at a peer: before it, the peer never hears of it; after it, it is done and nobody was told.
 */
export class KilledConsole {
  /** Every moment that came, in order: `before …`, `amid …` and `after …`. */
  readonly moments: string[] = [];
  /** Those at which it was killed. */
  readonly kills: string[] = [];
  readonly #oneIn: number;
  readonly #start: () => Promise<Service<ConsoleReady>>;
  readonly #contents = new Map<string, number>();
  #running: Service<ConsoleReady> | undefined;
  #restarting: Promise<void> | undefined;
  #begun: Promise<void> = Promise.resolve();

  /**
   * @param oneIn every so many moments it is killed: 1 is each of them, infinity none
   * @param start on the address that it had before
   */
  constructor(oneIn: number, start: () => Promise<Service<ConsoleReady>>) {
    this.#oneIn = oneIn;
    this.#start = start;
  }

  /** From now on it is killed; the first effect waits until `begun`. */
  watch(running: Service<ConsoleReady>, begun: Promise<void>): void {
    this.#running = running;
    this.#begun = begun;
  }

  /** For the hooks of the proxies. @throws Error when the console is gone by it, so that nothing is passed on */
  async at(when: 'before' | 'amid' | 'after', effect: string | undefined): Promise<void> {
    if (effect === undefined || this.#running === undefined) return;
    await this.#begun;
    const moment = `${when} ${effect}`;
    if (this.#restarting !== undefined || this.moments.includes(moment) || this.#isEndless(moment)) return;
    this.moments.push(moment);
    if ((this.moments.length - 1) % this.#oneIn !== 0) return;
    this.kills.push(moment);
    const gone = this.#running.kill();
    this.#restarting = this.#restart(gone);
    await gone;
    throw new Error('the console is gone');
  }

  /** Ends with the last console that runs. @throws what a start failed with */
  async stop(): Promise<void> {
    await this.#restarting;
    await this.#running?.stop();
  }

  #isEndless(moment: string): boolean {
    const name = moment.replace(/ #\w+$/, '');
    const contents = (this.#contents.get(name) ?? 0) + 1;
    if (contents > mostContents) return true;
    this.#contents.set(name, contents);
    return false;
  }

  async #restart(gone: Promise<void>): Promise<void> {
    await gone;
    this.#running = await this.#start();
    this.#restarting = undefined;
  }
}
